import { z } from "zod";
import { type Follow, type FollowPosition, followReference, listFollows, unfollow } from "#core/bridging/follow.ts";
import type { CoreContext } from "#core/events/context.ts";
import { addressOf } from "#core/model/account.ts";
import { channelName } from "#core/model/channel.ts";
import { created, empty, json, noContent, ok, type Wire } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { ignoring } from "../base/ignored.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { address, channelId, groupId } from "./ids.ts";
import { listOf, notACursor, pageOf, pageQuery, readCursor, writeCursor } from "./paging.ts";

/** A follow (wire.md, "People"). */
const wireFollow = z
	.strictObject({ actor: address, state: z.enum(["accepted", "pending"]), group: groupId, channel: channelId })
	.meta({
		id: "Follow",
		description: "Your follow of a person or channel, with the group and channel of their timeline.",
	});

const following = operation("follow", "Follow a person or a remote channel", {
	body: z.strictObject({
		actor: z.string().min(1).max(2000).meta({ description: "`handle@domain`, or the URL of an actor." }),
		...ignoring("state", "group", "channel"),
	}),
	answers: { 201: json(wireFollow, "Location") },
	errors: ["not_found", "own_timeline", "invite_only", "group_archived"],
});
const listing = operation("listFollows", "List your follows", {
	query: pageQuery.extend({
		cursor: z.string().max(300).optional(),
		state: z.enum(["accepted", "pending"]).optional(),
	}),
	answers: { 200: json(listOf(wireFollow)) },
});
const unfollowing = operation("unfollow", "Stop following a person or channel", {
	answers: { 204: empty() },
	errors: ["owner_leaves"],
});

export const followRoutes = (services: Services) => [
	route("POST", "/api/me/follows", "member", "lookup", following, (call) => follow(services, call)),
	route("GET", "/api/me/follows", "member", "read", listing, (call) => list(services.context, call)),
	route("DELETE", "/api/me/follows/:u", "member", "manage", unfollowing, (call) => end(services.context, call)),
];

async function follow(
	{ context, bridges, shadows }: Services,
	{ account, body }: CallOf<typeof following>,
): Promise<AnswerOf<typeof following>> {
	const made = await followReference(context, { bridges: () => bridges, shadows }, account, body.actor.trim());
	const shown = present(context, made);
	return created(`/api/me/follows/${encodeURIComponent(shown.actor)}`, shown);
}

async function list(
	context: CoreContext,
	{ account, query }: CallOf<typeof listing>,
): Promise<AnswerOf<typeof listing>> {
	const { cursor, limit } = query;
	const rows = await listFollows(context, account, {
		states: query.state === undefined ? ["requested", "joined"] : [query.state === "accepted" ? "joined" : "requested"],
		limit: limit + 1,
		...(cursor === undefined ? {} : { after: positionOf(cursor) }),
	});
	return ok(
		pageOf(
			rows,
			limit,
			({ membership: { state, since, place } }) => writeCursor([since, `${state} ${place}`]),
			rows.slice(0, limit).map((row) => present(context, row)),
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

async function end(context: CoreContext, { account, params }: Call): Promise<AnswerOf<typeof unfollowing>> {
	await unfollow(context, account, params.u as string);
	return noContent;
}

/** A channel of a group is an actor of its own. */
const present = (
	{ domain }: Pick<CoreContext, "domain">,
	{ actor, membership, place }: Follow,
): Wire<typeof wireFollow> => ({
	actor: place.channel.kind === "room" ? `${channelName(place.channel)}@${domain}` : addressOf(actor),
	state: membership.state === "joined" ? "accepted" : "pending",
	group: place.group.id,
	channel: place.channel.id,
});
