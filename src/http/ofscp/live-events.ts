import { z } from "zod";
import { accounts } from "#core/accounts/account.ts";
import type { CoreContext } from "#core/events/context.ts";
import type { FeedItem } from "#core/feed/feed-items.ts";
import type { LiveEvent } from "#core/feed/live-event.ts";
import type { Place } from "#core/groups/place.ts";
import type { AccountId } from "#core/ids.ts";
import { type Account, addressOf } from "#core/model/account.ts";
import { reactions } from "#core/reactions/reaction.ts";
import type { Wire } from "../base/answers.ts";
import { time, timeOf } from "../base/time.ts";
import { wireExpulsion } from "./expulsions.ts";
import { address, channelId, groupId, messageId } from "./ids.ts";
import { wireMessage, writeMessage } from "./present-message.ts";

const place = { groupId, channelId };
const messageEvent = z.strictObject({ ...place, cursor: messageId, message: wireMessage }).meta({
	id: "MessageEvent",
	description: "The data of `message.created` and `message.updated`: the current message.",
});
const deletionEvent = z
	.strictObject({ ...place, cursor: messageId, message: z.strictObject({ id: messageId, deletedAt: time }) })
	.meta({ id: "DeletionEvent", description: "The data of `message.deleted`." });
const wireTyping = z.strictObject({ ...place, user: address, state: z.enum(["start", "stop"]) }).meta({
	id: "TypingEvent",
	description: "The data of `channel.typing`; these events are not replayed when a client resumes.",
});
const resetEvent = z.strictObject({ channels: z.array(z.string()) }).meta({
	id: "ResetEvent",
	description: "The data of `reset`: the stream can't be resumed, so reload these channels.",
});

/** An event as an SSE client receives it. */
export const wireEvent = z
	.strictObject({
		event: z.enum([
			"message.created",
			"message.updated",
			"message.deleted",
			"channel.typing",
			"account.expelled",
			"reset",
		]),
		data: z.string().meta({
			contentMediaType: "application/json",
			contentSchema: z.union([messageEvent, deletionEvent, wireTyping, wireExpulsion, resetEvent]),
		}),
		id: z.string().optional().meta({ description: "The `Last-Event-ID` to resume after this event." }),
	})
	.meta({ id: "LiveEvent", description: "A live event (OFSCP §6.4)." });

/** The most reactions that are looked up per event; authors of others see `me` only when they next read the message. */
const maxReacted = 1000;

/** The event that tells that a person has started or stopped typing. */
export function typingEvent({ group, channel }: Place, account: Account, state: "start" | "stop"): LiveEvent {
	const body: Wire<typeof wireTyping> = { groupId: group.id, channelId: channel.id, user: addressOf(account), state };
	const data = JSON.stringify(body);
	return { name: "channel.typing", dataFor: () => data };
}

/**
 * Serialises live events (OFSCP §6.4, wire.md "Live"): once for all subscribers, and again for the few for whom the message
 * differs: its author, who also gets the `clientMessageId`, and the people who reacted.
 */
export function createLiveEvents(
	context: Pick<CoreContext, "store" | "origin" | "domain">,
): (item: FeedItem) => Promise<LiveEvent> {
	return async ({ kind, place, message }) => {
		const name = `message.${kind}`;
		const frame = { groupId: place.group.id, channelId: place.channel.id, cursor: message.id };
		if (kind === "deleted") {
			const deletedAt = timeOf(message.deletedAt ?? message.at);
			const event: Wire<typeof deletionEvent> = { ...frame, message: { id: message.id, deletedAt } };
			const data = JSON.stringify(event);
			return { name, dataFor: () => data };
		}
		const author = (await context.store.get(accounts, message.author))?.doc;
		const reacted =
			message.reactions.length === 0 ? new Map<AccountId, Set<string>>() : await reactedBy(context, message.id);
		const own = new Map<AccountId, string>();
		const write = (keys: ReadonlySet<string>, isAuthor: boolean): string => {
			const shown = writeMessage(context, place, message, author, { reacted: keys, isAuthor });
			const event: Wire<typeof messageEvent> = { ...frame, message: shown };
			return JSON.stringify(event);
		};
		const common = write(new Set(), false);
		return {
			name,
			dataFor(reader) {
				const isAuthor = reader === message.author && message.clientMessageId !== undefined;
				const keys = reacted.get(reader);
				if (!isAuthor && keys === undefined) return common;
				const written = own.get(reader) ?? write(keys ?? new Set(), isAuthor);
				own.set(reader, written);
				return written;
			},
		};
	};
}

async function reactedBy(context: Pick<CoreContext, "store">, message: string): Promise<Map<AccountId, Set<string>>> {
	const page = await context.store.page(reactions, {
		index: "message",
		prefix: [message],
		order: "asc",
		limit: maxReacted,
	});
	const found = new Map<AccountId, Set<string>>();
	for (const { doc } of page) found.set(doc.author, (found.get(doc.author) ?? new Set()).add(doc.key));
	return found;
}
