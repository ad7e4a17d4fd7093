import { may } from "../../access/permissions.ts";
import { appendDeletion } from "../../messages/delete-message.ts";
import type { Account } from "../../model/account.ts";
import type { Message } from "../../model/message.ts";
import type { RemoteEvent } from "../../ports/bridge/remote-event.ts";
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

/** Deletes the message or withdraws the reaction with an id. */
export const receiveRetraction: Receiver<"retraction"> = async (batch, sender, event) => {
	const ref = { remote: event.target };
	const message = await findMessage(batch, ref);
	if (message !== undefined) return remove(batch, sender, event, message);
	const reaction = await reactionByRemote(batch, event.target, sender);
	if (reaction !== undefined) return withdraw(batch, sender, event, reaction);
	return parkBehind(batch, event, ref);
};

async function remove(
	batch: IncomingBatch,
	sender: Account,
	event: RemoteEvent,
	message: Message,
): Promise<PendingOutcome> {
	const place = await batch.place(message.channel);
	if (place === undefined) return ignored("unknown-place");
	const isAuthor = message.author === sender.id;
	if (!isAuthor && !(await may(batch.context, "moderate", place, sender))) return ignored("not-allowed");
	if (message.deletedAt !== undefined) return resolved({ status: "duplicate" });
	await batch.flush();
	await appendDeletion(batch.context, message.id, {
		actor: sender,
		...requestOf(batch, event),
		origin: batch.bridge,
		raw: event.raw,
		...(isAuthor ? {} : { moderated: true as const }),
	});
	return resolved({ status: "accepted", message: message.id });
}
