import { z } from "zod";
import { withCircle } from "#core/access/circle.ts";
import { type Joined, joinChannel, joinGroup, leave } from "#core/access/join-channel.ts";
import { readableById, readableChannel } from "#core/access/readable-place.ts";
import { visibleGroup } from "#core/access/visible-group.ts";
import { accountById } from "#core/accounts/find-account.ts";
import { NotFound } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { createGroup } from "#core/groups/create-group.ts";
import { groups } from "#core/groups/group.ts";
import { groupsOf } from "#core/groups/joined-places.ts";
import { placeOf } from "#core/groups/place.ts";
import { parseId } from "#core/ids.ts";
import { type Group, joinPolicies, roles } from "#core/model/group.ts";
import { messageTypes } from "#core/model/message.ts";
import { withoutUndefined } from "../base/absent.ts";
import { created, empty, json, noContent, ok, replayedHeader } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { apiChannelPath } from "../base/urls.ts";
import { placeOfCall } from "./messages.ts";
import { listOf } from "./paging.ts";
import { presentChannel, presentGroup, presentMember, wireChannel, wireGroup, wireMember } from "./present-group.ts";

const name = z.string().trim().min(1).max(100);
const role = z.enum([...roles, "anyone"]);
const permissions = z
	.object({ post: z.array(role).max(5), reply: z.array(role).max(5), moderate: z.array(z.enum(roles)).max(4) })
	.partial();

const newGroup = z.object({
	name,
	description: z.string().max(1000).optional(),
	joinPolicy: z.enum(joinPolicies).optional(),
	permissions: permissions.optional(),
});

const tier = z.string().min(1).max(100).meta({ description: "The id of a tier from `/api/tiers`." });

const newChannel = z.object({
	name,
	type: z.literal("text", "text: calls are not offered yet").optional(),
	/** Alias of `tier`. */
	discoverability: tier.optional(),
	tier: tier.optional(),
	topic: z.string().max(1000).optional(),
	tags: z.array(z.string().min(1).max(100)).max(50).optional(),
	allowedTypes: z.array(z.enum(messageTypes)).min(1).optional(),
	permissions: permissions.optional(),
});

const creating = operation("createGroup", "Create a group", {
	body: newGroup,
	answers: { 201: json(wireGroup, "Location", "Idempotency-Replayed?") },
	errors: ["idempotency_key_reused"],
});
const listing = operation("listGroups", "List the groups that you are a member of", {
	answers: { 200: json(listOf(wireGroup)) },
});
const showing = operation("getGroup", "Get a group", { answers: { 200: json(wireGroup) } });
/** 201: joined; 200: already a member; 202: requested to join (OFSCP §7.1). */
const joinAnswers = { 201: json(wireMember), 200: json(wireMember), 202: json(wireMember) };
const joining = operation("joinGroup", "Join a group, or request to join it", {
	answers: joinAnswers,
	errors: ["invite_only", "own_timeline"],
});
const leaving = operation("leaveGroup", "Leave a group", { answers: { 204: empty() }, errors: ["owner_leaves"] });
const creatingChannel = operation("createChannel", "Create a channel in a group", {
	body: newChannel,
	answers: { 201: json(wireChannel, "Location", "Idempotency-Replayed?") },
	errors: ["permission_denied", "idempotency_key_reused"],
});
const listingChannels = operation("listChannels", "List the channels of a group that you may see", {
	answers: { 200: json(listOf(wireChannel)) },
});
const showingChannel = operation("getChannel", "Get a channel", { answers: { 200: json(wireChannel) } });
const joiningChannel = operation("joinChannel", "Join a channel or follow a timeline, or request to", {
	answers: joinAnswers,
	errors: ["invite_only", "own_timeline"],
});
const leavingChannel = operation("leaveChannel", "Leave a channel or unfollow a timeline", {
	answers: { 204: empty() },
	errors: ["owner_leaves"],
});

type JoinAnswer = AnswerOf<typeof joining>;

const oneGroup = "/api/groups/:g";
const oneChannel = `${oneGroup}/channels/:c`;

export const groupRoutes = ({ context }: Services) => [
	route("POST", "/api/groups", "member", "manage", creating, (call) => makeGroup(context, call)),
	route("GET", "/api/groups", "member", "read", listing, (call) => listGroups(context, call)),
	route("GET", oneGroup, "reader", "read", showing, (call) => showGroup(context, call)),
	route("POST", `${oneGroup}/join`, "member", "manage", joining, (call) => joinGroupOfCall(context, call)),
	route("POST", `${oneGroup}/leave`, "member", "manage", leaving, (call) => leaveGroup(context, call)),
	route("POST", `${oneGroup}/channels`, "member", "manage", creatingChannel, (call) => makeChannel(context, call)),
	route("GET", `${oneGroup}/channels`, "reader", "read", listingChannels, (call) => listChannels(context, call)),
	route("GET", oneChannel, "reader", "read", showingChannel, (call) => showChannel(context, call)),
	route("POST", `${oneChannel}/join`, "participant", "manage", joiningChannel, (call) => join(context, call)),
	route("POST", `${oneChannel}/leave`, "participant", "manage", leavingChannel, (call) => leaveChannel(context, call)),
];

async function makeGroup(
	context: CoreContext,
	{ account, body, once }: CallOf<typeof creating>,
): Promise<AnswerOf<typeof creating>> {
	const { group, replayed } = await createGroup(context, account, withoutUndefined(body), once);
	return created(`/api/groups/${group.id}`, await presentGroup(context, group, []), replayedHeader(replayed));
}

async function listGroups(context: CoreContext, { account }: Call): Promise<AnswerOf<typeof listing>> {
	const own = await groupsOf(context, account);
	return ok({
		items: await Promise.all(
			own.map(async ({ group }) =>
				presentGroup(context, group, (await visibleGroup(context, group.id, account)).channels),
			),
		),
		page: {},
	});
}

async function showGroup(context: CoreContext, { params, reader }: Call): Promise<AnswerOf<typeof showing>> {
	const { group, channels } = await visibleGroup(context, params.g as string, reader);
	return ok(await presentGroup(context, group, channels));
}

async function makeChannel(
	context: CoreContext,
	{ params, account, body, once }: CallOf<typeof creatingChannel>,
): Promise<AnswerOf<typeof creatingChannel>> {
	const { group } = await visibleGroup(context, params.g as string, account);
	const { type: _, discoverability, tier = discoverability, ...fields } = body;
	const { channel, replayed } = await createChannel(
		context,
		account,
		group,
		withoutUndefined({ ...fields, tier }),
		once,
	);
	return created(
		apiChannelPath({ group, channel }),
		presentChannel(context, await withCircle(context, { group, channel })),
		replayedHeader(replayed),
	);
}

async function listChannels(context: CoreContext, { params, reader }: Call): Promise<AnswerOf<typeof listingChannels>> {
	const { channels } = await visibleGroup(context, params.g as string, reader);
	return ok({ items: channels.map((place) => presentChannel(context, place)), page: {} });
}

const showChannel = async (context: CoreContext, call: Call): Promise<AnswerOf<typeof showingChannel>> =>
	ok(presentChannel(context, await placeOfCall(context, call)));

/**
 * Anyone who knows the id of a group can join it, or request to join it, even if none of its channels is open. An invite-only
 * group is 404 for people who can't see it.
 */
async function joinGroupOfCall(context: CoreContext, { params, account }: Call): Promise<JoinAnswer> {
	const id = parseId("grp", params.g as string);
	const group = id === undefined ? undefined : (await context.store.get(groups, id))?.doc;
	if (group === undefined) throw new NotFound();
	if (group.joinPolicy === "invite") await visibleGroup(context, group.id, account);
	return answerOf(
		context,
		group.personal === undefined
			? await joinGroup(context, group, account)
			: await followOwner(context, group, account),
	);
}

/** Joining a personal group means following its owner: its channel is their timeline. */
async function followOwner(context: CoreContext, group: Group, account: Call["account"]): Promise<Joined> {
	const owner = await accountById(context, group.owner);
	const place = owner === undefined ? undefined : await readableById(context, owner.timeline, account);
	if (place === undefined) throw new NotFound();
	return joinChannel(context, place, account);
}

async function join(context: CoreContext, { params, account }: Call): Promise<JoinAnswer> {
	const place = await readableChannel(context, params.g as string, params.c as string, account);
	return answerOf(context, await joinChannel(context, place, account));
}

async function answerOf(context: CoreContext, { membership, changed }: Joined): Promise<JoinAnswer> {
	const status = membership.state === "requested" ? 202 : changed ? 201 : 200;
	return { status, body: await presentMember(context, membership) };
}

async function leaveGroup(context: CoreContext, { params, account }: Call): Promise<AnswerOf<typeof leaving>> {
	const { group } = await visibleGroup(context, params.g as string, account);
	const owner = group.personal === undefined ? undefined : await accountById(context, group.owner);
	const place = owner === undefined ? undefined : await placeOf(context, owner.timeline);
	await leave(context, place ?? { group }, account);
	return noContent;
}

async function leaveChannel(context: CoreContext, call: Call): Promise<AnswerOf<typeof leavingChannel>> {
	await leave(context, await placeOfCall(context, call), call.account);
	return noContent;
}
