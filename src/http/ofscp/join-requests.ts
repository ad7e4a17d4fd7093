import { z } from "zod";
import { visibleGroup } from "#core/access/visible-group.ts";
import { addressById } from "#core/accounts/find-account.ts";
import type { CoreContext } from "#core/events/context.ts";
import { answerRequest, joinRequests, requestId } from "#core/groups/join-requests.ts";
import type { Membership } from "#core/model/membership.ts";
import { json, ok, type Wire } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { time, timeOf } from "../base/time.ts";
import { address, channelId } from "./ids.ts";
import { listOf, pageOf, pageQuery, readCursor, writeCursor } from "./paging.ts";
import { presentMember, wireMember } from "./present-group.ts";

const requestsPath = "/api/groups/:g/requests";

const wireRequest = z
	.strictObject({ id: z.string(), user: address, channel: channelId.optional(), requestedAt: time })
	.meta({
		id: "JoinRequest",
		description: "A person's request to join a group or, if `channel` is present, that channel.",
	});

const listing = operation("listJoinRequests", "List the requests to join a group, or to follow a locked account", {
	query: pageQuery,
	answers: { 200: json(listOf(wireRequest)) },
	errors: ["permission_denied"],
});
const approving = operation("approveJoinRequest", "Approve a request to join", {
	answers: { 200: json(wireMember) },
	errors: ["permission_denied"],
});
const denying = operation("denyJoinRequest", "Deny a request to join", {
	answers: { 200: json(wireMember) },
	errors: ["permission_denied"],
});

/** Requests to join a group (OFSCP R7 §5.7); in the personal group of a locked account, follow requests. */
export const joinRequestRoutes = ({ context }: Services) => [
	route("GET", requestsPath, "member", "read", listing, (call) => list(context, call)),
	route("POST", `${requestsPath}/:id/approve`, "member", "manage", approving, (call) => answer(context, call, true)),
	route("POST", `${requestsPath}/:id/deny`, "member", "manage", denying, (call) => answer(context, call, false)),
];

async function list(
	context: CoreContext,
	{ params, account, query }: CallOf<typeof listing>,
): Promise<AnswerOf<typeof listing>> {
	const { group } = await visibleGroup(context, params.g as string, account);
	const { cursor, limit } = query;
	const after = cursor === undefined ? {} : { after: readCursor(cursor) };
	const rows = await joinRequests(context, group, account, { limit: limit + 1, ...after });
	const items = await Promise.all(rows.slice(0, limit).map((row) => present(context, row)));
	return ok(pageOf(rows, limit, (row) => writeCursor([row.since, row.account]), items));
}

async function answer(
	context: CoreContext,
	{ params, account }: Call,
	accepted: boolean,
): Promise<AnswerOf<typeof approving>> {
	const { group } = await visibleGroup(context, params.g as string, account);
	return ok(
		await presentMember(context, await answerRequest(context, group, account, { id: params.id as string, accepted })),
	);
}

const present = async (context: CoreContext, request: Membership): Promise<Wire<typeof wireRequest>> => ({
	id: requestId(request),
	user: await addressById(context, request.account),
	...(request.place.startsWith("chn_") ? { channel: request.place } : {}),
	requestedAt: timeOf(request.since),
});
