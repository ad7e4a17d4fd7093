import { z } from "zod";
import { withCircle } from "#core/access/circle.ts";
import { type Joined, joinChannel, joinGroup, leave } from "#core/access/join-channel.ts";
import { readableById, readableChannel } from "#core/access/readable-place.ts";
import { visibleGroup } from "#core/access/visible-group.ts";
import { accountById } from "#core/accounts/find-account.ts";
import { NotFound } from "#core/errors.ts";
import type { World } from "#core/events/world.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { createGroup } from "#core/groups/create-group.ts";
import { groups } from "#core/groups/group.ts";
import { groupsOf } from "#core/groups/joined-places.ts";
import { placeOf } from "#core/groups/place.ts";
import { parseId } from "#core/ids.ts";
import { type Group, joinPolicies, roles } from "#core/model/group.ts";
import { messageTypes } from "#core/model/message.ts";
import { withoutUndefined } from "../base/absent.ts";
import { type Answer, type Call, created, noContent, ok, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { apiChannelPath } from "../base/urls.ts";
import { placeOfCall } from "./messages.ts";
import { presentChannel, presentGroup, presentMember } from "./present-group.ts";

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
type NewGroupBody = z.output<typeof newGroup>;

/** One of those that `/api/tiers` lists. */
const tier = z.string().min(1).max(100);

const newChannel = z.object({
	name,
	type: z.literal("text", "text: calls are not offered yet").optional(),
	/** As `tier`. */
	discoverability: tier.optional(),
	tier: tier.optional(),
	topic: z.string().max(1000).optional(),
	tags: z.array(z.string().min(1).max(100)).max(50).optional(),
	allowedTypes: z.array(z.enum(messageTypes)).min(1).optional(),
	permissions: permissions.optional(),
});
type NewChannelBody = z.output<typeof newChannel>;

const joining = { answers: [201, 200, 202], errors: ["invite_only"] };
const leaving = { answers: [204], errors: ["owner_leaves"] };

export const groupRoutes = ({ world }: Services) => [
	route(
		"POST",
		"/api/groups",
		"member",
		"manage",
		{ body: newGroup, answers: [201], errors: ["idempotency_key_reused"] },
		(call) => makeGroup(world, call),
	),
	route("GET", "/api/groups", "member", "read", {}, (call) => listGroups(world, call)),
	route("GET", "/api/groups/:g", "reader", "read", {}, (call) => showGroup(world, call)),
	route("POST", "/api/groups/:g/join", "member", "manage", joining, (call) => joinGroupOfCall(world, call)),
	route("POST", "/api/groups/:g/leave", "member", "manage", leaving, (call) => leaveGroup(world, call)),
	route(
		"POST",
		"/api/groups/:g/channels",
		"member",
		"manage",
		{ body: newChannel, answers: [201], errors: ["idempotency_key_reused"] },
		(call) => makeChannel(world, call),
	),
	route("GET", "/api/groups/:g/channels", "reader", "read", {}, (call) => listChannels(world, call)),
	route("GET", "/api/groups/:g/channels/:c", "reader", "read", {}, (call) => showChannel(world, call)),
	route("POST", "/api/groups/:g/channels/:c/join", "participant", "manage", joining, (call) => join(world, call)),
	route("POST", "/api/groups/:g/channels/:c/leave", "participant", "manage", leaving, (call) =>
		leaveChannel(world, call),
	),
];

async function makeGroup(world: World, { account, body, once }: Call<unknown, NewGroupBody>): Promise<Answer> {
	const { group, replayed } = await createGroup(world, account, withoutUndefined(body), once);
	return created(
		`/api/groups/${group.id}`,
		await presentGroup(world, group, []),
		replayed ? replayedHeader : undefined,
	);
}

async function listGroups(world: World, { account }: Call): Promise<Answer> {
	const own = await groupsOf(world, account);
	return ok({
		items: await Promise.all(
			own.map(async ({ group }) => presentGroup(world, group, (await visibleGroup(world, group.id, account)).channels)),
		),
		page: {},
	});
}

async function showGroup(world: World, { params, reader }: Call): Promise<Answer> {
	const { group, channels } = await visibleGroup(world, params.g as string, reader);
	return ok(await presentGroup(world, group, channels));
}

async function makeChannel(
	world: World,
	{ params, account, body, once }: Call<unknown, NewChannelBody>,
): Promise<Answer> {
	const { group } = await visibleGroup(world, params.g as string, account);
	const { type: _, discoverability, tier = discoverability, ...fields } = body;
	const { channel, replayed } = await createChannel(world, account, group, withoutUndefined({ ...fields, tier }), once);
	return created(
		apiChannelPath({ group, channel }),
		presentChannel(world, await withCircle(world, { group, channel })),
		replayed ? replayedHeader : undefined,
	);
}

async function listChannels(world: World, { params, reader }: Call): Promise<Answer> {
	const { channels } = await visibleGroup(world, params.g as string, reader);
	return ok({ items: channels.map((place) => presentChannel(world, place)), page: {} });
}

const showChannel = async (world: World, call: Call): Promise<Answer> =>
	ok(presentChannel(world, await placeOfCall(world, call)));

/**
 * A group that anybody may ask to join can be joined by who knows its id, though none of its channels is open. One that takes
 * people by invitation only is not there for who can't see it.
 */
async function joinGroupOfCall(world: World, { params, account }: Call): Promise<Answer> {
	const id = parseId("grp", params.g as string);
	const group = id === undefined ? undefined : (await world.store.get(groups, id))?.doc;
	if (group === undefined) throw new NotFound();
	if (group.joinPolicy === "invite") await visibleGroup(world, group.id, account);
	return answerOf(
		world,
		group.personal === undefined ? await joinGroup(world, group, account) : await followOwner(world, group, account),
	);
}

/** To join the personal group of an account is to follow it. */
async function followOwner(world: World, group: Group, account: Call["account"]): Promise<Joined> {
	const owner = await accountById(world, group.owner);
	const place = owner === undefined ? undefined : await readableById(world, owner.timeline, account);
	if (place === undefined) throw new NotFound();
	return joinChannel(world, place, account);
}

async function join(world: World, { params, account }: Call): Promise<Answer> {
	const place = await readableChannel(world, params.g as string, params.c as string, account);
	return answerOf(world, await joinChannel(world, place, account));
}

/** 201 joined now, 200 was in it, 202 asked to be let in (OFSCP §7.1). */
async function answerOf(world: World, { membership, changed }: Joined): Promise<Answer> {
	const status = membership.state === "requested" ? 202 : changed ? 201 : 200;
	return { status, body: await presentMember(world, membership) };
}

async function leaveGroup(world: World, { params, account }: Call): Promise<Answer> {
	const { group } = await visibleGroup(world, params.g as string, account);
	const owner = group.personal === undefined ? undefined : await accountById(world, group.owner);
	const place = owner === undefined ? undefined : await placeOf(world, owner.timeline);
	await leave(world, place ?? { group }, account);
	return noContent;
}

async function leaveChannel(world: World, call: Call): Promise<Answer> {
	await leave(world, await placeOfCall(world, call), call.account);
	return noContent;
}

const replayedHeader = { "Idempotency-Replayed": "true" };
