import { assertMay } from "../access/permissions.ts";
import type { Marker } from "../events/consumers.ts";
import type { CoreContext } from "../events/context.ts";
import type { Premise } from "../events/premise.ts";
import { type Place, placeOf } from "../groups/place.ts";
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
	if (message.author === actor.id) return void (await appendDeletion(context, message.id, { actor }));
	const mayModerate = async () =>
		assertMay(
			context,
			"moderate",
			(await placeOf(context, place.channel.id)) ?? place,
			actor,
			"Only the author or a moderator can delete a message",
		);
	await mayModerate();
	await appendDeletion(context, message.id, { actor, moderated: true }, mayModerate);
}

/**
 * Appends a deletion that has been authorised. It empties the events that hold the message's texts, and is therefore decided again if the
 * message is edited meanwhile. An edit that comes later finds the message deleted.
 *
 * @param standing the premises of the authorisation, before each attempt; throws if it has ended
 * @returns whether this call has deleted it
 */
export async function appendDeletion(
	context: Pick<CoreContext, "store" | "log">,
	id: MessageId,
	{
		actor,
		request,
		without,
		premise,
		...body
	}: {
		readonly actor: Account;
		/** The consumers that need not know of it. */
		readonly without?: readonly Marker[];
		/** What the deletion presumes beside the texts. If it does not hold, the message stays. */
		readonly premise?: Premise<Message>;
		readonly request?: string;
		readonly moderated?: true;
		readonly bulk?: true;
		readonly origin?: BridgeName;
		readonly raw?: unknown;
	},
	standing: () => Promise<readonly Premise[]> = async () => [],
): Promise<boolean> {
	for (;;) {
		const message = (await context.store.get(messages, id))?.doc;
		if (message === undefined || message.deletedAt !== undefined || premise?.holds(message) === false) return false;
		const premises = await standing();
		const appended = await context.log.append(
			{
				stream: message.channel,
				type: "message.deleted",
				actor: actor.id,
				natural: `deleted:${id}`,
				...(request === undefined ? {} : { request }),
				...(without === undefined ? {} : { without }),
				erases: message.texts.map((seq) => ({ seq, body: remainsOf(message, seq) })),
				body: {
					message: id,
					...(message.reply === undefined ? {} : { parent: message.reply.to }),
					...body,
					...taggedBefore(message),
				},
			},
			{ premises: [sameTexts(message), ...(premise === undefined ? [] : [premise]), ...premises] },
		);
		if (appended.outcome !== "moved") return appended.outcome === "appended";
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
