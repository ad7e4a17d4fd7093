import { visibleGroup } from "#core/access/visible-group.ts";
import { addressById } from "#core/accounts/find-account.ts";
import type { World } from "#core/events/world.ts";
import { answerRequest, joinRequests, requestId } from "#core/groups/join-requests.ts";
import type { Membership } from "#core/model/membership.ts";
import { type Answer, type Call, ok, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { timeOf } from "../base/time.ts";
import { type PageQuery, pageQuery } from "./message-schemas.ts";
import { pageOf, readCursor, writeCursor } from "./paging.ts";
import { presentMember } from "./present-group.ts";

const requestsPath = "/api/groups/:g/requests";

/** Who waits to be let in (OFSCP R7 §5.7); of the personal group of a locked account, who waits to follow. */
export const joinRequestRoutes = ({ world }: Services) => [
	route("GET", requestsPath, "member", "read", { query: pageQuery }, (call) => list(world, call)),
	route("POST", `${requestsPath}/:id/approve`, "member", "manage", {}, (call) => answer(world, call, true)),
	route("POST", `${requestsPath}/:id/deny`, "member", "manage", {}, (call) => answer(world, call, false)),
];

async function list(world: World, { params, account, query }: Call<PageQuery>): Promise<Answer> {
	const { group } = await visibleGroup(world, params.g as string, account);
	const { cursor, limit } = query;
	const after = cursor === undefined ? {} : { after: readCursor(cursor) };
	const rows = await joinRequests(world, group, account, { limit: limit + 1, ...after });
	const items = await Promise.all(rows.slice(0, limit).map((row) => present(world, row)));
	return ok(pageOf(rows, limit, (row) => writeCursor([row.since, row.account]), items));
}

async function answer(world: World, { params, account }: Call, accepted: boolean): Promise<Answer> {
	const { group } = await visibleGroup(world, params.g as string, account);
	return ok(
		await presentMember(world, await answerRequest(world, group, account, { id: params.id as string, accepted })),
	);
}

const present = async (world: World, request: Membership) => ({
	id: requestId(request),
	user: await addressById(world, request.account),
	...(request.place.startsWith("chn_") ? { channel: request.place } : {}),
	requestedAt: timeOf(request.since),
});
