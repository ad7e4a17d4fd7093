import { accountById } from "../../accounts/find-account.ts";
import { type ConsumerTable, stays } from "../../events/consumers.ts";
import type { CoreContext } from "../../events/context.ts";
import type { EventBodies, EventOf, EventType } from "../../events/event.ts";
import { hasEnded } from "../../groups/membership.ts";
import type { MembershipEvents } from "../../groups/membership-events.ts";
import { type Place, placeOf } from "../../groups/place.ts";
import type { AccountId, ChannelId, MessageId } from "../../ids.ts";
import { parseId } from "../../ids.ts";
import { messages } from "../../messages/message.ts";
import { type Account, isLocal } from "../../model/account.ts";
import { ownerOf } from "../../model/channel.ts";
import type { Message } from "../../model/message.ts";
import type { Reach } from "../../model/reach.ts";
import { reactionId, reactionKey } from "../../reactions/reaction.ts";
import { answeredBy } from "./answered-by.ts";
import { deadLettersOfLane } from "./dead-letters.ts";
import type { DeadLetter } from "./delivery.ts";
import { roomsLeft } from "./departure.ts";
import { isErasure } from "./is-erasure.ts";
import { isRemoval } from "./is-removal.ts";
import { ofDeletedAccount, ofProfile, removalOfOwner } from "./plan-account.ts";
import type { Planned, Planner } from "./planned.ts";
import type { Publication } from "./targets.ts";

/** For each type of event, its delivery targets. */
export type PlanTable = ConsumerTable<{
	readonly [T in EventType]: (planner: Planner, event: EventOf<T>) => Promise<Planned>;
}>;

type Origin = EventBodies["message.deleted"]["origin"];

/** The targets of a message event: the audience of its channel, and the people whom the message addresses. */
async function ofMessage(planner: Planner, id: MessageId, by: string, origin: Origin): Promise<Planned> {
	const found = await publicationOf(planner, id, by, origin);
	return { reaches: found === undefined ? [] : await planner.targets.of(found.publication) };
}

/** The targets of the withdrawal of a message, or of a reaction to it: wherever the withdrawn thing may be. */
async function ofWithdrawal(
	planner: Planner,
	id: MessageId,
	by: string,
	origin: Origin,
	{ subject, since, owner }: { readonly subject?: string; readonly since?: number; readonly owner?: AccountId } = {},
): Promise<Planned> {
	const found = await publicationOf(planner, id, by, origin);
	if (found === undefined) return { reaches: [] };
	const { publication, message } = found;
	const answered = subject === undefined ? await answeredBy(planner.context, id) : [];
	const people = [...publication.people, ...(message.mentionedBefore ?? []), ...answered];
	const { sentTo } = message;
	const reaches = await planner.targets.ofWithdrawal(
		{ ...publication, people },
		{ subject: subject ?? id, since: since ?? message.at, ...(sentTo === undefined ? {} : { sentTo }) },
	);
	return { reaches, ...(await removalOfOwner(planner, owner ?? message.author, reaches)) };
}

async function publicationOf(
	{ context }: Planner,
	id: MessageId,
	by: string,
	origin: Origin,
): Promise<{ readonly publication: Publication; readonly message: Message } | undefined> {
	const found = await messageAndPlace(context, id);
	const author = await accountById(context, by as Account["id"]);
	if (found === undefined || author === undefined) return undefined;
	const { message, place } = found;
	const people = [
		...(message.reply === undefined ? [] : [message.reply.author]),
		...message.mentions,
		...(message.author === author.id ? [] : [message.author]),
	];
	return { publication: { ...place, author, people, ...(origin === undefined ? {} : { origin }) }, message };
}

/** When a reaction that is withdrawn was added. */
async function addedAt({ context }: Planner, reaction: EventBodies["reaction.removed"]["reaction"]): Promise<number> {
	const added = reactionKey({ ...reaction, generation: reaction.generation - 1 });
	return (await context.store.eventBy("natural", added))?.at ?? 0;
}

async function messageAndPlace(
	context: CoreContext,
	id: MessageId,
): Promise<{ message: Message; place: Place } | undefined> {
	const message = (await context.store.get(messages, id))?.doc;
	const place = message === undefined ? undefined : await placeOf(context, message.channel);
	return message === undefined || place === undefined ? undefined : { message, place };
}

/**
 * A local account's join or leave is delivered to the owner's home, the answer to a remote account's join, and its removal, to that
 * account. The end of a membership is delivered to the linked rooms, where the account may have a ghost.
 */
async function ofMembership(planner: Planner, event: EventOf<keyof MembershipEvents>): Promise<Planned> {
	const { context } = planner;
	const { membership } = event.body;
	const member = await accountById(context, membership.account);
	if (member === undefined) return { reaches: [] };
	const { reaches } = isLocal(member) ? await ofOwnMembership(planner, event) : toRemoteMember(member, event);
	const rooms = hasEnded(membership) ? await roomsLeft(context, membership.place, member) : [];
	return { reaches: [...reaches, ...rooms] };
}

const toRemoteMember = (member: Account, event: EventOf<keyof MembershipEvents>): Planned =>
	to(
		event.type === "member.joined" || event.type === "member.denied" || isRemoval(event, member)
			? member.reach
			: undefined,
	);

async function ofOwnMembership(
	{ context }: Planner,
	{ body: { membership }, type }: EventOf<keyof MembershipEvents>,
): Promise<Planned> {
	const channel = parseId("chn", membership.place) as ChannelId | undefined;
	const place = channel === undefined ? undefined : await placeOf(context, channel);
	const ownerId = place === undefined ? undefined : ownerOf(place.channel);
	const owner = ownerId === undefined ? undefined : await accountById(context, ownerId);
	return to(type === "member.requested" || type === "member.left" ? owner?.reach : undefined);
}

const to = (reach: Reach | undefined): Planned => ({ reaches: reach === undefined ? [] : [reach] });

/** When a room can be reached again, the withdrawals that it refused meanwhile are delivered again: a deletion must not be lost. */
async function ofPortal({ context }: Planner, { body }: EventOf<"portal.changed">): Promise<Planned> {
	const again: DeadLetter[] = [];
	if (body.state === "active")
		for await (const letter of deadLettersOfLane(context, body.reach.lane)) {
			const event = await context.store.event(letter.event);
			if (event !== undefined && isErasure(event)) again.push(letter);
		}
	return { reaches: [], again };
}

/** Plans the deliveries of each type of event. */
export const plans: PlanTable = {
	"account.updated": ofProfile,
	"account.deleted": ofDeletedAccount,
	"member.requested": ofMembership,
	"member.joined": ofMembership,
	"member.left": ofMembership,
	"member.denied": ofMembership,
	"message.posted": (planner, { body, actor }) => ofMessage(planner, body.message.id, actor, body.origin),
	"message.edited": (planner, { body, actor }) => ofMessage(planner, body.message, actor, body.origin),
	"message.deleted": async (planner, { body, actor }) => ({
		...(await ofWithdrawal(planner, body.message, actor, body.origin)),
		...(body.bulk === true ? { bulk: true } : {}),
	}),
	"reaction.added": (planner, { body, actor }) => ofMessage(planner, body.reaction.message, actor, body.origin),
	"reaction.removed": async (planner, { body: { reaction, origin, bulk }, actor }) => ({
		...(await ofWithdrawal(planner, reaction.message, actor, origin, {
			subject: reactionId(reaction.message, reaction.author, reaction.key),
			since: await addedAt(planner, reaction),
			owner: reaction.author,
		})),
		...(bulk === true ? { bulk } : {}),
	}),
	"portal.linked": async (_, { body }) => to(body.portal.reach),
	"portal.unlinked": async (_, { body }) => to(body.reach),
	"portal.changed": ofPortal,
	...stays("account.created", "account.expelled", "group.created", "group.changed", "channel.created"),
};
