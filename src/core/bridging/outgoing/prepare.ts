import { accountById } from "../../accounts/find-account.ts";
import { type ConsumerTable, stays } from "../../events/consumers.ts";
import type { CoreContext } from "../../events/context.ts";
import type { EventOf, EventType } from "../../events/event.ts";
import { hasEnded } from "../../groups/membership.ts";
import { type Place, placeOf } from "../../groups/place.ts";
import { rulesOf } from "../../groups/tiers.ts";
import type { AccountId, BridgeName, ChannelId, MessageId } from "../../ids.ts";
import { messages } from "../../messages/message.ts";
import type { Account } from "../../model/account.ts";
import { ownerOf } from "../../model/channel.ts";
import type { Message } from "../../model/message.ts";
import type { Addressed, Delivery, Visibility } from "../../ports/bridge/delivery.ts";
import type { LogEvent } from "../../ports/store.ts";
import { reactionId } from "../../reactions/reaction.ts";
import { linksOf } from "../links.ts";
import type { Rooms } from "./in-room.ts";
import { isRemoval } from "./is-removal.ts";
import { remainingReaction } from "./remaining-reaction.ts";
import { visibilityOf } from "./visibility.ts";

type WithoutReach<D> = D extends Delivery ? Omit<D, "reach"> : never;
/** A delivery without its target: the same for all targets of one network, except that a room has copies of its own. */
export type Prepared = WithoutReach<Delivery>;
type Base = Pick<Delivery, "id" | "at" | "actor"> & { readonly origin?: BridgeName; readonly raw?: unknown };
/** What a delivery is prepared for. `rooms` collects in which rooms the copies are that it names. */
interface Preparing {
	readonly context: Pick<CoreContext, "store" | "epochs">;
	readonly bridge: BridgeName;
	readonly rooms: Map<string, string>;
}
type Preparer<T extends EventType> = (
	preparing: Preparing,
	event: EventOf<T>,
	base: Base,
) => Promise<Prepared | undefined>;

/** A message with its author and the ids that it has on a network. */
export async function withRemoteIds(
	context: Pick<CoreContext, "store" | "epochs">,
	bridge: BridgeName,
	message: Message,
	rooms: Map<string, string> = new Map(),
): Promise<Addressed | undefined> {
	const author = await accountById(context, message.author);
	if (author === undefined) return undefined;
	return { message, author, remote: await remoteIds({ context, bridge, rooms }, message.id, message.origin) };
}

/** The ids of a message or reaction on a network: its own if it came from there, otherwise those of its copies. */
async function remoteIds(
	{ context, bridge, rooms }: Preparing,
	subject: string,
	origin: Message["origin"],
): Promise<readonly string[]> {
	if (origin?.bridge === bridge) {
		if (origin.room !== undefined) rooms.set(origin.id, origin.room);
		return [origin.id];
	}
	const links = await linksOf(context, subject, bridge);
	for (const { remote, reach } of links) if (reach !== undefined) rooms.set(remote, reach.target);
	return links.map(({ remote }) => remote);
}

type VisiblePlace = Place & { readonly visibility: Visibility };

/** The channel of an event. Whether its content may leave the provider is asked for each delivery (`allowed-now.ts`). */
async function visiblePlace(
	context: Pick<CoreContext, "store">,
	channel: ChannelId,
): Promise<VisiblePlace | undefined> {
	const place = await placeOf(context, channel);
	if (place === undefined) return undefined;
	return { ...place, visibility: visibilityOf(await rulesOf(context, place.channel.tier)) };
}

async function subjectOf(
	{ context, bridge, rooms }: Preparing,
	id: MessageId,
): Promise<(VisiblePlace & { subject: Addressed }) | undefined> {
	const message = (await context.store.get(messages, id))?.doc;
	const place = message === undefined ? undefined : await visiblePlace(context, message.channel);
	const subject = message === undefined ? undefined : await withRemoteIds(context, bridge, message, rooms);
	return place === undefined || subject === undefined ? undefined : { ...place, subject };
}

/** A message or edit, with the current text. A message that is deleted by now is not delivered; its removal follows. */
async function textDelivery(
	kind: "message" | "edit",
	preparing: Preparing,
	id: MessageId,
	base: Base,
): Promise<Prepared | undefined> {
	const { context, bridge, rooms } = preparing;
	const found = await subjectOf(preparing, id);
	if (found === undefined || found.subject.message.deletedAt !== undefined) return undefined;
	const { reply, mentions } = found.subject.message;
	const above = reply === undefined ? undefined : (await context.store.get(messages, reply.to))?.doc;
	const parent = above === undefined ? undefined : await withRemoteIds(context, bridge, above, rooms);
	return {
		...base,
		...found,
		kind,
		mentions: await accountsOf(context, mentions),
		...(parent === undefined ? {} : { parent }),
	};
}

/** The accounts with these ids, in order; unknown ones are left out. */
export async function accountsOf(
	context: Pick<CoreContext, "store">,
	ids: readonly AccountId[],
): Promise<readonly Account[]> {
	const found = await Promise.all(ids.map((id) => accountById(context, id)));
	return found.filter((account) => account !== undefined);
}

const reaction: Preparer<"reaction.added" | "reaction.removed"> = async (preparing, { type, body }, base) => {
	const { message, author, key, image, origin } = body.reaction;
	const found = await subjectOf(preparing, message);
	if (found === undefined || found.subject.message.deletedAt !== undefined) return undefined;
	const id = reactionId(message, author, key);
	const shown = { ...base, ...found, key, reaction: id, ...(image === undefined ? {} : { image }) };
	if (type === "reaction.added") return { ...shown, kind: "reaction" };
	return {
		...shown,
		kind: "unreaction",
		remote: await remoteIds(preparing, id, origin),
		...(await remainingReaction(preparing.context, base.actor, message)),
	};
};

const membership: Preparer<"member.requested" | "member.joined" | "member.left" | "member.denied"> = async (
	{ context, bridge },
	event,
	base,
) => {
	const { type, body } = event;
	const { place: id, account: memberId, request, generation } = body.membership;
	const place = await visiblePlace(context, id as ChannelId);
	const member = await accountById(context, memberId);
	if (member === undefined) return undefined;
	const ownerId = place === undefined ? undefined : ownerOf(place.channel);
	const owner = ownerId === undefined ? undefined : await accountById(context, ownerId);
	const other = member.origin === undefined ? owner : member;
	if (hasEnded(body.membership) && other?.reach?.bridge !== bridge)
		return { ...base, actor: member, kind: "departure" };
	if (place === undefined) return undefined;
	if (member.origin !== undefined) {
		if (type === "member.left" ? !isRemoval(event, member) : request === undefined) return undefined;
		return {
			...base,
			...place,
			kind: "answer",
			account: member,
			accepted: type === "member.joined",
			request: request?.raw,
		};
	}
	if (owner === undefined) return undefined;
	if (type === "member.requested") return { ...base, actor: member, ...place, kind: "join", owner };
	const joined = await requestBefore(context, id, memberId, generation);
	return joined === undefined ? undefined : { ...base, actor: member, ...place, kind: "leave", owner, joined };
};

/** The name of the event that requested a membership, before its current generation. */
async function requestBefore(
	context: Pick<CoreContext, "store" | "epochs">,
	place: string,
	account: AccountId,
	generation: number,
): Promise<string | undefined> {
	for (let before = generation - 1; before > 0; before--) {
		const event = await context.store.eventBy("natural", `member:${place}:${account}:${before}`);
		if (event?.type === "member.requested") return context.epochs.nameOf(event);
	}
	return undefined;
}

/** For each type of event, the delivery that it becomes. */
const preparers: ConsumerTable<{ readonly [T in EventType]: Preparer<T> }> = {
	"account.updated": async (_preparing, _event, base) => ({ ...base, kind: "profile" }),
	"account.deleted": async (_preparing, _event, base) => ({ ...base, kind: "account-removal" }),
	"member.requested": membership,
	"member.joined": membership,
	"member.left": membership,
	"member.denied": membership,
	"message.posted": (preparing, { body }, base) => textDelivery("message", preparing, body.message.id, base),
	"message.edited": (preparing, { body }, base) => textDelivery("edit", preparing, body.message, base),
	"message.deleted": async (preparing, { body }, base) => {
		const found = await subjectOf(preparing, body.message);
		return found === undefined ? undefined : { ...base, ...found, kind: "removal" };
	},
	"reaction.added": reaction,
	"reaction.removed": reaction,
	"portal.linked": async ({ context }, { body }, base) => {
		const place = await visiblePlace(context, body.portal.channel);
		return place === undefined
			? undefined
			: { ...base, ...place, kind: "link", portal: body.portal.id, room: body.portal.room, consented: body.consented };
	},
	"portal.unlinked": async ({ context }, { body }, base) => {
		const place = await visiblePlace(context, body.channel);
		return place === undefined
			? undefined
			: { ...base, ...place, kind: "unlink", portal: body.portal, room: body.room, ghosts: [] };
	},
	...stays(
		"account.created",
		"account.expelled",
		"group.created",
		"group.changed",
		"channel.created",
		"portal.changed",
	),
};

/** The content of the deliveries of an event to a network; `undefined` if there is nothing to deliver, or no longer. */
export async function prepare(
	context: Pick<CoreContext, "store" | "epochs">,
	bridge: BridgeName,
	event: LogEvent,
): Promise<{ readonly content: Prepared; readonly rooms: Rooms } | undefined> {
	const actor = await accountById(context, event.actor as AccountId);
	const preparer = preparers[event.type as EventType] as Preparer<EventType> | "stays" | undefined;
	if (actor === undefined || preparer === undefined || preparer === "stays") return undefined;
	const { origin, raw } = event.body as { origin?: BridgeName; raw?: unknown };
	const base = {
		id: context.epochs.nameOf(event),
		at: event.at,
		actor,
		...(origin === undefined ? {} : { origin }),
		...(origin === bridge && raw !== undefined ? { raw } : {}),
	};
	const rooms = new Map<string, string>();
	const content = await preparer({ context, bridge, rooms }, event as never, base);
	return content === undefined ? undefined : { content, rooms };
}
