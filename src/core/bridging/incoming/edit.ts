import { circleOf } from "../../access/circle.ts";
import { isGone } from "../../accounts/still-there.ts";
import { Problem } from "../../errors.ts";
import { checkContent } from "../../messages/check-content.ts";
import { appendEdit, changesNothing } from "../../messages/edit-message.ts";
import { messages } from "../../messages/message.ts";
import type { Content, Message } from "../../model/message.ts";
import type { RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { remoteKey } from "../../remote-key.ts";
import { seqOfEdit } from "../find-edit.ts";
import { saveLinks } from "../links.ts";
import {
	findMessage,
	type IncomingBatch,
	ignored,
	parkBehind,
	type Receiver,
	requestOf,
	resolved,
	sentAtOf,
	wasRemoved,
} from "./batch.ts";
import { fitContent } from "./fit-content.ts";
import { confirmedAt, rememberConfirmed } from "./overtaken.ts";

/**
 * Applies an edit of the sender's own message. The rules of its own network apply, not our edit window. An edit that is older than the text
 * that we have, or that changes nothing of what we keep (the counts of a poll), is no edit.
 */
export const receiveEdit: Receiver<"edit"> = async (batch, sender, event) => {
	if (event.edit !== undefined && (await wasRemoved(batch, sender, remoteKey(batch.bridge, event.edit))))
		return ignored("gone");
	const message = await findMessage(batch, event.target);
	if (message === undefined) return parkBehind(batch, event, event.target);
	if (message.author !== sender.id) return ignored("not-allowed");
	if (message.deletedAt !== undefined) return ignored("gone");
	const place = await batch.place(message.channel);
	if (place === undefined) return ignored("unknown-place");
	if (event.forFollowers === true && (await circleOf(batch.context, place)).leaves === "anywhere")
		return ignored("not-allowed");
	const content = fitContent(batch.context, message.type, contentFor(message, event));
	try {
		checkContent(batch.context, message.type, content);
	} catch (error) {
		if (error instanceof Problem) return ignored("not-allowed");
		throw error;
	}
	await batch.flush();
	const now = (await batch.context.store.get(messages, message.id))?.doc ?? message;
	const { sentAt } = sentAtOf(batch, event);
	const body = {
		message: message.id,
		content,
		tags: event.tags ?? message.tags,
		mentions: event.mentions ?? message.mentions,
		...(event.warning === undefined ? {} : { warning: event.warning }),
		...(sentAt === undefined ? {} : { revisedAt: sentAt }),
		origin: batch.bridge,
		raw: event.raw,
	};
	const known = Math.max(now.revisedAt ?? 0, (await confirmedAt(batch, message.id)).sentAt ?? 0);
	const isOlder = sentAt !== undefined && sentAt < known;
	if (isOlder || changesNothing(now, body)) {
		if (!isOlder) await rememberConfirmed(batch, message.id, event, known);
		if (event.edit !== undefined) await linkEdit(batch, message, event.edit);
		return resolved({ status: "duplicate" });
	}
	const edited = await appendEdit(batch.context, message, { actor: sender, ...requestOf(batch, event), body });
	// The message or its author has changed since it was read.
	if (edited === undefined)
		return (await isGone(batch.context, sender)) ? ignored("gone") : receiveEdit(batch, sender, event);
	if (event.edit !== undefined) await linkEdit(batch, message, event.edit, newText(now, edited));
	return resolved({ status: "accepted", message: message.id });
};

/** The new content as the message's own type. An article keeps its title when the edit has none. */
function contentFor(message: Message, { content, contentAs }: Extract<RemoteEvent, { kind: "edit" }>): Content {
	if (contentAs === undefined) return content;
	if (message.type !== "article") return contentAs.memo;
	const { title } = message.content;
	return title === undefined ? contentAs.article : { title, ...contentAs.article };
}

/**
 * Remembers the id of an edit. It may be received again after a crash in between, so its event is found by its id, too.
 *
 * @param seq the seq of its event; absent if it has changed nothing
 */
async function linkEdit(batch: IncomingBatch, { id }: Message, remote: string, seq = 0): Promise<void> {
	const { context, bridge } = batch;
	const edit = (await seqOfEdit(context, bridge, remote)) ?? seq;
	await saveLinks(context, { bridge, subject: id, message: id, edit }, [remote]);
}

/** The seq of the first text that a message has got since it was read. */
const newText = (before: Message, after: Message): number | undefined =>
	after.texts.find((seq) => seq > (before.texts.at(-1) ?? 0));
