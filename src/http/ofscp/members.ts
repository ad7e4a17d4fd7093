import { z } from "zod";
import { membersOf } from "#core/access/join-channel.ts";
import { leave } from "#core/access/leave.ts";
import type { CoreContext } from "#core/events/context.ts";
import { addToChannel, removeFromChannel } from "#core/groups/channel-people.ts";
import { givenRoles } from "#core/groups/ranks.ts";
import { empty, json, noContent, ok } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { ignoring } from "../base/ignored.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { listOf, pageQuery } from "./paging.ts";
import { accountNamed, membersPage } from "./people.ts";
import { placeOfCall } from "./place-of-call.ts";
import { presentMember, wireMember } from "./present-group.ts";

const membersPath = "/api/groups/:g/channels/:c/members";

const listing = operation("listMembers", "List the members of a channel", {
	query: pageQuery,
	answers: { 200: json(listOf(wireMember)) },
});
const adding = operation("putMember", "Add a member of the group to a private channel, or change their role", {
	body: z.strictObject({ role: z.enum(givenRoles).optional(), ...ignoring("user", "state", "since", "joinedAt") }),
	answers: { 201: json(wireMember), 200: json(wireMember) },
	errors: ["permission_denied"],
});
const removing = operation("deleteMember", "Remove a member from a channel", {
	answers: { 204: empty() },
	errors: ["permission_denied", "owner_leaves"],
});

export const memberRoutes = ({ context }: Services) => [
	route("GET", membersPath, "member", "read", listing, (call) => list(context, call)),
	route("PUT", `${membersPath}/:u`, "member", "manage", adding, (call) => add(context, call)),
	route("DELETE", `${membersPath}/:u`, "member", "manage", removing, (call) => remove(context, call)),
];

async function list(context: CoreContext, call: CallOf<typeof listing>): Promise<AnswerOf<typeof listing>> {
	const { channel } = await placeOfCall(context, call);
	return ok(await membersPage(context, membersOf(channel), call.query));
}

async function add(context: CoreContext, call: CallOf<typeof adding>): Promise<AnswerOf<typeof adding>> {
	const place = await placeOfCall(context, call);
	const { membership, changed } = await addToChannel(
		context,
		place,
		call.account,
		await accountNamed(context, call.params.u as string),
		call.body.role,
	);
	return { status: changed ? 201 : 200, body: await presentMember(context, membership) };
}

async function remove(context: CoreContext, call: Call): Promise<AnswerOf<typeof removing>> {
	const place = await placeOfCall(context, call);
	const account = await accountNamed(context, call.params.u as string);
	if (account.id === call.account.id) await leave(context, place, account);
	else await removeFromChannel(context, place, call.account, account);
	return noContent;
}
