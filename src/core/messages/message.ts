import type { Premise } from "../events/premise.ts";
import type { Message } from "../model/message.ts";
import type { Collection } from "../ports/store.ts";

/**
 * The messages, tombstones included. `author`, `newest` and `said` only have those that are not deleted. `author` has what an author says in
 * rooms apart from the rest, each in the order of home timelines; `newest` has all that can be in a home timeline, in its order; `said` counts
 * what someone says in a channel.
 */
export const messages: Collection<Message> = {
	name: "messages",
	version: 3,
	indexes: {
		channel: { kinds: ["text", "int", "int"], of: (m) => [m.channel, m.at, m.seq] },
		replies: { kinds: ["text", "int", "int"], of: (m) => (m.reply ? [m.reply.to, m.at, m.seq] : undefined) },
		said: { kinds: ["text", "text"], of: (m) => (m.deletedAt === undefined ? [m.channel, m.author] : undefined) },
		newest: {
			kinds: ["int", "int", "text"],
			of: (m) =>
				m.deletedAt !== undefined || (m.inRoom === true && m.reply !== undefined)
					? undefined
					: [m.at, m.seq, m.channel],
		},
		author: {
			kinds: ["text", "int", "int", "int", "text"],
			of: (m) =>
				m.deletedAt === undefined ? [m.author, m.inRoom === true ? 1 : 0, m.at, m.seq, m.channel] : undefined,
		},
	},
};

/** The premise that a message has neither been edited nor deleted since it was read. */
export const sameTexts = (seen: Message): Premise<Message> => ({
	collection: messages,
	id: seen.id,
	holds: (now) => now?.deletedAt === seen.deletedAt && now?.texts.at(-1) === seen.texts.at(-1),
});
