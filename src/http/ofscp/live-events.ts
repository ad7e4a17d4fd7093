import { accounts } from "#core/accounts/account.ts";
import type { World } from "#core/events/world.ts";
import type { FeedItem } from "#core/feed/feed-items.ts";
import type { LiveEvent } from "#core/feed/live-event.ts";
import type { AccountId } from "#core/ids.ts";
import { reactions } from "#core/reactions/reaction.ts";
import { timeOf } from "../base/time.ts";
import { writeMessage } from "./present-message.ts";

/** Who reacted is asked for this many; of more, `me` is left to the next reading of the message. */
const maxReacted = 1000;

/**
 * Writes live events (OFSCP §6.4, wire.md "Live"): once for all who listen, and once more for each of the few in whose eyes the
 * message differs: its author, who gets the client's own id back, and those who reacted.
 */
export function createLiveEvents(
	world: Pick<World, "store" | "origin" | "domain">,
): (item: FeedItem) => Promise<LiveEvent> {
	return async ({ kind, place, message }) => {
		const name = `message.${kind}`;
		const frame = { groupId: place.group.id, channelId: place.channel.id, cursor: message.id };
		if (kind === "deleted") {
			const data = JSON.stringify({
				...frame,
				message: { id: message.id, deletedAt: timeOf(message.deletedAt ?? message.at) },
			});
			return { name, dataFor: () => data };
		}
		const author = (await world.store.get(accounts, message.author))?.doc;
		const reacted =
			message.reactions.length === 0 ? new Map<AccountId, Set<string>>() : await reactedBy(world, message.id);
		const own = new Map<AccountId, string>();
		const write = (keys: ReadonlySet<string>, isAuthor: boolean): string =>
			JSON.stringify({ ...frame, message: writeMessage(world, place, message, author, { reacted: keys, isAuthor }) });
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

async function reactedBy(world: Pick<World, "store">, message: string): Promise<Map<AccountId, Set<string>>> {
	const page = await world.store.page(reactions, {
		index: "message",
		prefix: [message],
		order: "asc",
		limit: maxReacted,
	});
	const found = new Map<AccountId, Set<string>>();
	for (const { doc } of page) found.set(doc.author, (found.get(doc.author) ?? new Set()).add(doc.key));
	return found;
}
