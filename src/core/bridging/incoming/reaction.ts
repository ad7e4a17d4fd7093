import { Problem } from "../../errors.ts";
import { messages } from "../../messages/message.ts";
import type { Account } from "../../model/account.ts";
import type { Reaction } from "../../model/reaction.ts";
import type { RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { react, unreact } from "../../reactions/react.ts";
import { reactionId, reactions } from "../../reactions/reaction.ts";
import { remoteKey } from "../../remote-key.ts";
import { linkByRemote } from "../links.ts";
import {
	findMessage,
	type IncomingBatch,
	ignored,
	maySpeakIn,
	type PendingOutcome,
	parkBehind,
	type Receiver,
	requestOf,
	resolved,
} from "./batch.ts";

/** Adds a reaction, once per message, person and key, whatever its remote id. */
export const receiveReaction: Receiver<"reaction"> = async (batch, sender, event) => {
	const message = await findMessage(batch, event.target);
	if (message === undefined) return parkBehind(batch, event, event.target);
	const place = await batch.place(message.channel);
	if (place === undefined) return ignored("unknown-place");
	if (!(await maySpeakIn(batch, place, sender))) return ignored("not-allowed");
	const wasWithdrawn = (await batch.parkedEvents.waitingFor(remoteKey(batch.bridge, event.reaction))).some(
		(w) => w.parked.event.sender.id === event.sender.id,
	);
	if (wasWithdrawn) return ignored("gone");
	await batch.flush();
	try {
		const { changed } = await react(batch.context, sender, place, message, wishOf(event), {
			origin: { bridge: batch.bridge, id: event.reaction },
			request: requestOf(batch, event),
			raw: event.raw,
		});
		return resolved(changed ? { status: "accepted", message: message.id } : { status: "duplicate" });
	} catch (error) {
		if (error instanceof Problem) return ignored(error.status === 409 ? "gone" : "not-allowed");
		throw error;
	}
};

const wishOf = ({ key, image }: Extract<RemoteEvent, { kind: "reaction" }>) =>
	image === undefined ? { key, unicode: key } : { key, image };

/** Withdraws a reaction, which is referred to by its remote id or by message and key. */
export const receiveUnreaction: Receiver<"unreaction"> = async (batch, sender, event) => {
	const byId = event.reaction === undefined ? undefined : await reactionByRemote(batch, event.reaction);
	if (byId !== undefined) return withdraw(batch, sender, event, byId);
	if (event.target !== undefined && event.key !== undefined) {
		const message = await findMessage(batch, event.target);
		const stored = message && (await batch.context.store.get(reactions, reactionId(message.id, sender.id, event.key)));
		if (stored !== undefined) return withdraw(batch, sender, event, stored.doc);
	}
	return event.reaction === undefined
		? ignored("unknown-target")
		: parkBehind(batch, event, { remote: event.reaction });
};

/** The reaction with this id on the batch's network. */
export async function reactionByRemote(batch: IncomingBatch, remote: string): Promise<Reaction | undefined> {
	const { store } = batch.context;
	const [own] = await store.page(reactions, {
		index: "remote",
		prefix: [remoteKey(batch.bridge, remote)],
		order: "desc",
		limit: 1,
	});
	if (own !== undefined) return own.doc;
	const link = await linkByRemote(batch.context, batch.bridge, remote);
	return link === undefined ? undefined : (await store.get(reactions, link.subject))?.doc;
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
	const source = { bridge: batch.bridge, request: requestOf(batch, event), raw: event.raw };
	const { changed } = await unreact(batch.context, sender, message, reaction.key, source);
	return resolved(changed ? { status: "accepted", message: message.id } : { status: "duplicate" });
}
