import { may } from "../../access/permissions.ts";
import { accountById } from "../../accounts/find-account.ts";
import type { MessageId } from "../../ids.ts";
import { appendDeletion } from "../../messages/delete-message.ts";
import { messages } from "../../messages/message.ts";
import { retractEdit } from "../../messages/retract-edit.ts";
import type { Account } from "../../model/account.ts";
import type { Message } from "../../model/message.ts";
import type { RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { editByRemote, type FoundEdit } from "../find-edit.ts";
import { portalByRoom } from "../portals/find-portal.ts";
import {
	findMessage,
	type IncomingBatch,
	ignored,
	type PendingOutcome,
	parkBehind,
	type Receiver,
	requestOf,
	resolved,
} from "./batch.ts";
import { reactionByRemote, withdraw } from "./reaction.ts";

/** Deletes a message, if the sender is its author or a moderator of the channel. */
export const receiveRemoval: Receiver<"removal"> = async (batch, sender, event) => {
	const message = await findMessage(batch, event.target);
	return message === undefined ? parkBehind(batch, event, event.target) : remove(batch, sender, event, message);
};

/** Deletes the message, or withdraws the edit or reaction, with an id. */
export const receiveRetraction: Receiver<"retraction"> = async (batch, sender, event) => {
	const ref = { remote: event.target };
	await batch.flush();
	const edit = await editByRemote(batch.context, batch.bridge, event.target);
	if (edit !== undefined) return withdrawEdit(batch, sender, event, edit);
	// Before the message: a reaction that we delivered is also found as something of its message.
	const reaction = await reactionByRemote(batch, event.target, sender);
	if (reaction !== undefined) {
		const author = (await mayModerate(batch, reaction.message, event))
			? await accountById(batch.context, reaction.author)
			: sender;
		return withdraw(batch, author ?? sender, event, reaction);
	}
	const message = await findMessage(batch, ref);
	if (message !== undefined) return remove(batch, sender, event, message);
	return parkBehind(batch, event, ref);
};

async function withdrawEdit(
	batch: IncomingBatch,
	sender: Account,
	event: RemoteEvent,
	{ message: id, seq }: FoundEdit,
): Promise<PendingOutcome> {
	const message = (await batch.context.store.get(messages, id))?.doc;
	if (message === undefined) return ignored("unknown-target");
	if (!(await mayRemove(batch, sender, message, event))) return ignored("not-allowed");
	const changed = await retractEdit(batch.context, message, seq, {
		actor: sender,
		...requestOf(batch, event),
		origin: batch.bridge,
		raw: event.raw,
	});
	return resolved(changed ? { status: "accepted", message: id } : { status: "duplicate" });
}

/** True for the author of a message, for a moderator of its channel, and for one of the room that shares moderation with it. */
async function mayRemove(
	batch: IncomingBatch,
	sender: Account,
	message: Message,
	event: RemoteEvent,
): Promise<boolean> {
	if (message.author === sender.id || (await mayModerate(batch, message.id, event))) return true;
	const place = await batch.place(message.channel);
	return place !== undefined && may(batch.context, "moderate", place, sender);
}

/**
 * True if a message was removed in a room whose link to the message's channel shares moderation. Otherwise the moderators of a room remove
 * on their own side only.
 */
async function mayModerate({ context, bridge }: IncomingBatch, id: MessageId, event: RemoteEvent): Promise<boolean> {
	if (event.kind !== "retraction" || event.room === undefined) return false;
	const portal = await portalByRoom(context, bridge, event.room);
	if (portal?.moderation !== "shared") return false;
	return (await context.store.get(messages, id))?.doc.channel === portal.channel;
}

async function remove(
	batch: IncomingBatch,
	sender: Account,
	event: RemoteEvent,
	message: Message,
): Promise<PendingOutcome> {
	if (!(await mayRemove(batch, sender, message, event))) return ignored("not-allowed");
	if (message.deletedAt !== undefined) return resolved({ status: "duplicate" });
	await batch.flush();
	await appendDeletion(batch.context, message.id, {
		actor: sender,
		...requestOf(batch, event),
		origin: batch.bridge,
		raw: event.raw,
		...(message.author === sender.id ? {} : { moderated: true as const }),
	});
	return resolved({ status: "accepted", message: message.id });
}
