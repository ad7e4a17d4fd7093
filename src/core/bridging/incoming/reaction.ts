import { Problem } from "../../errors.ts";
import { messages } from "../../messages/message.ts";
import type { Account } from "../../model/account.ts";
import type { Message } from "../../model/message.ts";
import type { Reaction } from "../../model/reaction.ts";
import type { MessageRef, RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { react, unreact } from "../../reactions/react.ts";
import { reactionId, reactions } from "../../reactions/reaction.ts";
import { remoteKey } from "../../remote-key.ts";
import { linkByRemote, saveLinks } from "../links.ts";
import {
	findMessage,
	type IncomingBatch,
	ignored,
	isOvertaken,
	maySpeakIn,
	type PendingOutcome,
	parkBehind,
	type Receiver,
	requestOf,
	resolved,
	sentAtOf,
} from "./batch.ts";
import { confirmedAt, rememberConfirmed } from "./overtaken.ts";

type RemoteReaction = Extract<RemoteEvent, { kind: "reaction" }>;
type RemoteUnreaction = Extract<RemoteEvent, { kind: "unreaction" }>;

/** Adds a reaction, once per message, person and key, whatever its remote id. */
export const receiveReaction: Receiver<"reaction"> = async (batch, sender, event) => {
	const message = await findMessage(batch, event.target);
	if (message === undefined) return parkBehind(batch, event, event.target);
	const place = await batch.place(message.channel);
	if (place === undefined) return ignored("unknown-place");
	if (!(await maySpeakIn(batch, place, sender))) return ignored("not-allowed");
	if (await wasWithdrawn(batch, event)) return ignored("gone");
	await batch.flush();
	try {
		const { changed } = await react(batch.context, sender, place, message, wishOf(event), {
			origin: { bridge: batch.bridge, id: event.reaction },
			...sourceOf(batch, event),
		});
		if (changed) return resolved({ status: "accepted", message: message.id });
		await noteRepetition(batch, sender, message, event);
		return resolved({ status: "duplicate" });
	} catch (error) {
		if (error instanceof Problem) return ignored(error.status === 409 ? "gone" : "not-allowed");
		throw error;
	}
};

const wishOf = ({ key, image }: RemoteReaction) => (image === undefined ? { key, unicode: key } : { key, image });

const sourceOf = (batch: IncomingBatch, event: RemoteEvent, confirmed: { readonly sentAt?: number } = {}) => ({
	...requestOf(batch, event),
	...sentAtOf(batch, event),
	isOvertaken: (now: Reaction) => isOvertaken(batch, event, { ...now, ...confirmed }, now.at),
	raw: event.raw,
});

/** True if the withdrawal of a reaction arrived before the reaction. One of another reaction may name the same id. */
async function wasWithdrawn(batch: IncomingBatch, event: RemoteReaction): Promise<boolean> {
	const { bridge, parkedEvents } = batch;
	const waiting = await parkedEvents.undoing(remoteKey(bridge, event.reaction), remoteKey(bridge, event.sender.id));
	return waiting.some(({ doc: { event: undo } }) => {
		if (undo.kind !== "unreaction" && undo.kind !== "retraction") return false;
		if (undo.kind === "unreaction" && !mayMean(undo, event)) return false;
		return undo.at === undefined || event.at === undefined || event.at <= undo.at;
	});
}

const mayMean = ({ target, key, isExact }: RemoteUnreaction, reaction: RemoteReaction): boolean =>
	(target === undefined || isSame(target, reaction.target)) && (isExact !== true || key === reaction.key);

const isSame = (one: MessageRef, other: MessageRef): boolean => JSON.stringify(one) === JSON.stringify(other);

/** A reaction that is there already came again, perhaps under another id: it can be withdrawn by that one, too, but not by what is older. */
async function noteRepetition(
	batch: IncomingBatch,
	sender: Account,
	message: Message,
	event: RemoteReaction,
): Promise<void> {
	const { reaction, key } = event;
	const subject = reactionId(message.id, sender.id, key);
	const stored = await batch.context.store.get(reactions, subject);
	if (stored?.doc.active !== true) return;
	await rememberConfirmed(batch, subject, event, stored.doc.sentAt);
	if (stored.doc.origin?.id !== reaction)
		await saveLinks(batch.context, { bridge: batch.bridge, subject, message: message.id }, [reaction]);
}

/** Withdraws a reaction: the one with this key on this message, or the one with this remote id. */
export const receiveUnreaction: Receiver<"unreaction"> = async (batch, sender, event) => {
	const message = event.target === undefined ? undefined : await findMessage(batch, event.target);
	const known = await reactionsNamed(batch, sender, event, message);
	const active = known.find((reaction) => reaction.active);
	if (active !== undefined) return withdraw(batch, sender, event, active);
	if (known.some((reaction) => isRepeated(event, reaction))) return resolved({ status: "duplicate" });
	return event.reaction === undefined
		? ignored("unknown-target")
		: parkBehind(batch, event, { remote: event.reaction });
};

/** Whether a reaction has been withdrawn by this very event, as opposed to an earlier one. */
function isRepeated({ at, reaction }: RemoteUnreaction, { sentAt, origin }: Reaction): boolean {
	if (at !== undefined && sentAt !== undefined) return at <= sentAt;
	return reaction === undefined || origin === undefined || origin.id === reaction;
}

/** The reactions that a withdrawal may mean, the most likely one first. One on another message only shares the id. */
async function reactionsNamed(
	batch: IncomingBatch,
	sender: Account,
	event: RemoteUnreaction,
	message: Message | undefined,
): Promise<readonly Reaction[]> {
	const found: Reaction[] = [];
	if (message !== undefined && event.key !== undefined && event.isById !== true) {
		const stored = await batch.context.store.get(reactions, reactionId(message.id, sender.id, event.key));
		if (stored !== undefined) found.push(stored.doc);
	}
	const byId =
		event.reaction === undefined ? undefined : await reactionByRemote(batch, event.reaction, sender, message);
	const isMeant = byId !== undefined && (event.isExact !== true || event.key === undefined || byId.key === event.key);
	return isMeant ? [...found, byId] : found;
}

/** How many reactions with one remote id are looked at. */
const maxWithSameId = 50;

/** The reaction with this id on the batch's network; of several, one of the sender's that is still there. @param message on this one, if given */
export async function reactionByRemote(
	batch: IncomingBatch,
	remote: string,
	sender: Account,
	message?: Message,
): Promise<Reaction | undefined> {
	const { store } = batch.context;
	const page = await store.page(reactions, {
		index: "remote",
		prefix: [remoteKey(batch.bridge, remote)],
		order: "desc",
		limit: maxWithSameId,
	});
	const link = await linkByRemote(batch.context, batch.bridge, remote);
	const linked = link === undefined ? undefined : (await store.get(reactions, link.subject))?.doc;
	const named = [...page.map(({ doc }) => doc), ...(linked === undefined ? [] : [linked])].filter(
		(reaction) => message === undefined || reaction.message === message.id,
	);
	const own = named.filter(({ author }) => author === sender.id).sort((a, b) => b.at - a.at);
	return own.find(({ active }) => active) ?? own[0] ?? named[0];
}

/** Withdraws a reaction, if the sender is its author. */
export async function withdraw(
	batch: IncomingBatch,
	sender: Account,
	event: RemoteEvent,
	reaction: Reaction,
): Promise<PendingOutcome> {
	if (reaction.author !== sender.id) return ignored("not-allowed");
	const message = (await batch.context.store.get(messages, reaction.message))?.doc;
	if (message === undefined) return ignored("unknown-target");
	await batch.flush();
	const confirmed = await confirmedAt(batch, reactionId(reaction.message, reaction.author, reaction.key));
	const source = { bridge: batch.bridge, ...sourceOf(batch, event, confirmed) };
	const { changed } = await unreact(batch.context, sender, message, reaction.key, source);
	return resolved(changed ? { status: "accepted", message: message.id } : { status: "duplicate" });
}
