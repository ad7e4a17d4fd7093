import { may } from "../access/permissions.ts";
import { PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { Place } from "../groups/place.ts";
import type { BridgeName, MessageId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Message } from "../model/message.ts";
import type { MessageEvents } from "./events.ts";
import { messages, sameTexts } from "./message.ts";
import { taggedBefore } from "./tags.ts";

/** Deletes a message on behalf of its author or a moderator (OFSCP R7 §7.1). Idempotent. @throws {PermissionDenied} */
export async function deleteMessage(
	context: CoreContext,
	actor: Account,
	place: Place,
	message: Message,
): Promise<void> {
	const isAuthor = message.author === actor.id;
	if (!isAuthor && !(await may(context, "moderate", place, actor)))
		throw new PermissionDenied("Only the author or a moderator can delete a message");
	await appendDeletion(context, message.id, { actor, ...(isAuthor ? {} : { moderated: true as const }) });
}

/**
 * Appends a deletion that has been authorised. It empties the events that hold the message's texts, and is therefore decided again if the
 * message is edited meanwhile. An edit that comes later finds the message deleted.
 */
export async function appendDeletion(
	context: CoreContext,
	id: MessageId,
	{
		actor,
		request,
		...body
	}: {
		readonly actor: Account;
		readonly request?: string;
		readonly moderated?: true;
		readonly bulk?: true;
		readonly origin?: BridgeName;
		readonly raw?: unknown;
	},
): Promise<void> {
	for (;;) {
		const message = (await context.store.get(messages, id))?.doc;
		if (message === undefined || message.deletedAt !== undefined) return;
		const appended = await context.log.append(
			{
				stream: message.channel,
				type: "message.deleted",
				actor: actor.id,
				natural: `deleted:${id}`,
				...(request === undefined ? {} : { request }),
				erases: message.texts.map((seq) => ({ seq, body: remainsOf(message, seq) })),
				body: {
					message: id,
					...(message.reply === undefined ? {} : { parent: message.reply.to }),
					...body,
					...taggedBefore(message),
				},
			},
			{ premises: [sameTexts(message)] },
		);
		if (appended.outcome !== "moved") return;
	}
}

/** The body that remains of an event with a text that is erased: enough to rebuild the message without it. */
export function remainsOf(message: Message, seq: number): MessageEvents["message.posted" | "message.edited"] {
	const { id, group, channel, author, inRoom, type, reply, editUntil, origin } = message;
	const empty = { content: { text: "", mime: "text/plain" }, mentions: [], tags: [] } as const;
	const remains = { erased: true, ...(origin === undefined ? {} : { origin: origin.bridge }) } as const;
	if (seq !== message.seq) return { ...remains, ...empty, message: id };
	const skeleton = { id, group, channel, author, type, editUntil, ...empty, metadata: [] };
	return {
		...remains,
		message: {
			...skeleton,
			...(inRoom === undefined ? {} : { inRoom }),
			...(reply === undefined ? {} : { reply }),
			...(origin === undefined ? {} : { origin }),
		},
	};
}
