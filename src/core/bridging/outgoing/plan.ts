import { accountById } from "../../accounts/find-account.ts";
import type { EventBodies, EventOf, EventType } from "../../events/event.ts";
import type { World } from "../../events/world.ts";
import { type Place, placeOf } from "../../groups/place.ts";
import type { ChannelId, MessageId } from "../../ids.ts";
import { parseId } from "../../ids.ts";
import { messages } from "../../messages/message.ts";
import { type Account, isLocal } from "../../model/account.ts";
import type { Message } from "../../model/message.ts";
import type { Reach } from "../../model/reach.ts";
import { audienceOf, type Targets } from "./targets.ts";

export interface Planner {
	readonly world: World;
	readonly targets: Targets;
}

/** For each type of event that leaves the provider, the targets it goes to. */
export type PlanTable = {
	readonly [T in EventType]?: (planner: Planner, event: EventOf<T>) => Promise<readonly Reach[]>;
};

/** Everybody who is told of a message: its channel's audience and the people it speaks to. */
async function ofMessage(
	{ world, targets }: Planner,
	id: MessageId,
	by: string,
	origin: EventBodies["message.deleted"]["origin"],
): Promise<readonly Reach[]> {
	const found = await messageAndPlace(world, id);
	const author = await accountById(world, by as Account["id"]);
	if (found === undefined || author === undefined) return [];
	const { message, place } = found;
	const people = [
		...(message.reply === undefined ? [] : [message.reply.author]),
		...message.mentions,
		...(message.author === author.id ? [] : [message.author]),
	];
	return targets.of({ ...place, author, people, ...(origin === undefined ? {} : { origin }) });
}

async function messageAndPlace(world: World, id: MessageId): Promise<{ message: Message; place: Place } | undefined> {
	const message = (await world.store.get(messages, id))?.doc;
	const place = message === undefined ? undefined : await placeOf(world, message.channel);
	return message === undefined || place === undefined ? undefined : { message, place };
}

/** One of ours joins or leaves something elsewhere, or somebody elsewhere is answered. */
async function ofMembership(
	{ world }: Planner,
	{ body, type }: EventOf<"member.requested" | "member.joined" | "member.left" | "member.denied">,
): Promise<readonly Reach[]> {
	const { membership } = body;
	const member = await accountById(world, membership.account);
	if (member === undefined) return [];
	if (!isLocal(member))
		return member.reach !== undefined && (type === "member.joined" || type === "member.denied") ? [member.reach] : [];
	const channel = parseId("chn", membership.place) as ChannelId | undefined;
	const place = channel === undefined ? undefined : await placeOf(world, channel);
	const owner =
		place?.channel.timelineOf === undefined ? undefined : await accountById(world, place.channel.timelineOf);
	return owner?.reach !== undefined && (type === "member.requested" || type === "member.left") ? [owner.reach] : [];
}

/** Those who follow somebody are told of a new profile, and that they are gone. */
async function ofAccount(
	{ world }: Planner,
	{ body }: EventOf<"account.updated" | "account.deleted">,
): Promise<readonly Reach[]> {
	const account = await accountById(world, body.account);
	if (account === undefined) return [];
	const reaches: Reach[] = [];
	for await (const reach of audienceOf(world, account.timeline))
		if (reach.bridge !== account.origin?.bridge) reaches.push(reach);
	return reaches;
}

export const plans: PlanTable = {
	"message.posted": (planner, { body, actor }) => ofMessage(planner, body.message.id, actor, body.origin),
	"message.edited": (planner, { body, actor }) => ofMessage(planner, body.message, actor, body.origin),
	"message.deleted": (planner, { body, actor }) => ofMessage(planner, body.message, actor, body.origin),
	"reaction.added": (planner, { body, actor }) => ofMessage(planner, body.reaction.message, actor, body.origin),
	"reaction.removed": (planner, { body, actor }) => ofMessage(planner, body.reaction.message, actor, body.origin),
	"member.requested": ofMembership,
	"member.joined": ofMembership,
	"member.left": ofMembership,
	"member.denied": ofMembership,
	"account.updated": ofAccount,
	"account.deleted": ofAccount,
	"portal.linked": async (_, { body }) => [body.portal.reach],
	"portal.unlinked": async (_, { body }) => [body.reach],
};
