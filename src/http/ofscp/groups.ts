import { z } from "zod";
import { type Joined, joinChannel, joinGroup } from "#core/access/join-channel.ts";
import { groupToLeave, leave } from "#core/access/leave.ts";
import { readableById } from "#core/access/readable-place.ts";
import { visibleGroup } from "#core/access/visible-group.ts";
import { accountById } from "#core/accounts/find-account.ts";
import { NotFound } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { createGroup } from "#core/groups/create-group.ts";
import { groups } from "#core/groups/group.ts";
import { groupsOf } from "#core/groups/joined-places.ts";
import { placeOf } from "#core/groups/place.ts";
import { parseId } from "#core/ids.ts";
import type { Group } from "#core/model/group.ts";
import { withoutUndefined } from "../base/absent.ts";
import { created, empty, json, noContent, ok, replayedHeader } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { ignoring } from "../base/ignored.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { joinPolicy, name, permissions } from "./group-schemas.ts";
import { joinAnswer, joinAnswers } from "./joining.ts";
import { metadataList, placeMetadata } from "./metadata.ts";
import { listOf } from "./paging.ts";
import { presentGroup, wireGroup } from "./present-group.ts";

const newGroup = z.strictObject({
	name,
	description: z.string().max(1000).optional(),
	joinPolicy: joinPolicy.optional(),
	permissions: permissions.optional(),
	/** The only model so far: a higher role may do what a lower one may. */
	permissionModel: z.literal("inherit").optional(),
	/** Channels are made one by one. */
	channels: z.array(z.unknown()).max(0, "none: a channel is created with a request of its own").optional(),
	metadata: metadataList,
	...ignoring("id", "owner", "createdAt", "updatedAt"),
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
const joining = operation("joinGroup", "Join a group, or ask to be let in", {
	answers: joinAnswers,
	errors: ["invite_only", "group_archived", "own_timeline"],
});
const leaving = operation("leaveGroup", "Leave a group", { answers: { 204: empty() }, errors: ["owner_leaves"] });

const oneGroup = "/api/groups/:g";

export const groupRoutes = ({ context }: Services) => [
	route("POST", "/api/groups", "member", "manage", creating, (call) => makeGroup(context, call)),
	route("GET", "/api/groups", "member", "read", listing, (call) => listGroups(context, call)),
	route("GET", oneGroup, "reader", "read", showing, (call) => showGroup(context, call)),
	route("POST", `${oneGroup}/join`, "participant", "manage", joining, (call) => joinGroupOfCall(context, call)),
	route("POST", `${oneGroup}/leave`, "participant", "manage", leaving, (call) => leaveGroup(context, call)),
];

async function makeGroup(
	context: CoreContext,
	{ account, body, once }: CallOf<typeof creating>,
): Promise<AnswerOf<typeof creating>> {
	const { name: called, description, joinPolicy: policy, permissions: allowed } = body;
	const fields = withoutUndefined({
		description,
		joinPolicy: policy,
		permissions: allowed && withoutUndefined(allowed),
		metadata: placeMetadata(context.origin, body.metadata),
	});
	const { group, replayed } = await createGroup(context, account, { name: called, ...fields }, once);
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

/**
 * A group that people may ask to join can be joined by everyone who knows its id, even if none of its channels is open. A
 * group that is joined by invitation only does not exist for people who can't see it.
 */
async function joinGroupOfCall(context: CoreContext, { params, account }: Call): Promise<AnswerOf<typeof joining>> {
	const id = parseId("grp", params.g as string);
	const group = id === undefined ? undefined : (await context.store.get(groups, id))?.doc;
	if (group === undefined) throw new NotFound();
	if (group.joinPolicy === "invite") await visibleGroup(context, group.id, account);
	return joinAnswer(
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

async function leaveGroup(context: CoreContext, { params, account }: Call): Promise<AnswerOf<typeof leaving>> {
	const group = await groupToLeave(context, params.g as string, account);
	const owner = group.personal === undefined ? undefined : await accountById(context, group.owner);
	const place = owner === undefined ? undefined : await placeOf(context, owner.timeline);
	await leave(context, place ?? { group }, account);
	return noContent;
}
