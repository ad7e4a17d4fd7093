import { z } from "zod";
import { type Follow, type FollowPosition, followReference, listFollows, unfollow } from "#core/bridging/follow.ts";
import type { World } from "#core/events/world.ts";
import { addressOf } from "#core/model/account.ts";
import { type Answer, type Call, created, noContent, ok, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { limitParameter, notACursor, pageOf, readCursor, writeCursor } from "./paging.ts";

const wish = z.object({ actor: z.string().min(1).max(2000) });
type Wish = z.output<typeof wish>;

const followsQuery = z.object({
	cursor: z.string().max(300).optional(),
	limit: limitParameter,
	state: z.enum(["accepted", "pending"]).optional(),
});
type FollowsQuery = z.output<typeof followsQuery>;

export const followRoutes = (services: Services) => [
	route(
		"POST",
		"/api/me/follows",
		"member",
		"lookup",
		{ body: wish, answers: [201], errors: ["own_timeline", "invite_only"] },
		(call) => follow(services, call),
	),
	route("GET", "/api/me/follows", "member", "read", { query: followsQuery }, (call) => list(services.world, call)),
	route("DELETE", "/api/me/follows/:u", "member", "manage", { answers: [204] }, (call) => end(services.world, call)),
];

async function follow({ world, bridges, shadows }: Services, { account, body }: Call<unknown, Wish>): Promise<Answer> {
	const made = await followReference(world, { bridges: () => bridges, shadows }, account, body.actor.trim());
	return created(`/api/me/follows/${encodeURIComponent(addressOf(made.actor))}`, present(made));
}

async function list(world: World, { account, query }: Call<FollowsQuery>): Promise<Answer> {
	const { cursor, limit } = query;
	const rows = await listFollows(world, account, {
		states: query.state === undefined ? ["requested", "joined"] : [query.state === "accepted" ? "joined" : "requested"],
		limit: limit + 1,
		...(cursor === undefined ? {} : { after: positionOf(cursor) }),
	});
	return ok(
		pageOf(
			rows,
			limit,
			({ membership: { state, since, place } }) => writeCursor([since, `${state} ${place}`]),
			rows.slice(0, limit).map(present),
		),
	);
}

/** @throws {InvalidRequest} not a cursor of this list */
function positionOf(cursor: string): FollowPosition {
	const [since, at] = readCursor(cursor);
	const [state, place = ""] = at.split(" ");
	if (state !== "requested" && state !== "joined") throw notACursor();
	return { state, since, place };
}

async function end(world: World, { account, params }: Call): Promise<Answer> {
	await unfollow(world, account, params.u as string);
	return noContent;
}

/** A follow (wire.md, "People"). */
const present = ({ actor, membership, place }: Follow) => ({
	actor: addressOf(actor),
	state: membership.state === "joined" ? "accepted" : "pending",
	group: place.group.id,
	channel: place.channel.id,
});
