import type { Premise } from "../events/premise.ts";
import type { Message } from "../model/message.ts";
import type { Collection } from "../ports/store.ts";

/** The messages, tombstones included. `author` and `said` only have those that are not deleted; `said` counts them. */
export const messages: Collection<Message> = {
	name: "messages",
	version: 2,
	indexes: {
		channel: { kinds: ["text", "int", "int"], of: (m) => [m.channel, m.at, m.seq] },
		replies: { kinds: ["text", "int", "int"], of: (m) => (m.reply ? [m.reply.to, m.at, m.seq] : undefined) },
		said: { kinds: ["text", "text"], of: (m) => (m.deletedAt === undefined ? [m.channel, m.author] : undefined) },
		author: { kinds: ["text", "int"], of: (m) => (m.deletedAt === undefined ? [m.author, m.at] : undefined) },
	},
};

/** The premise that a message has neither been edited nor deleted since it was read. */
export const sameTexts = (seen: Message): Premise<Message> => ({
	collection: messages,
	id: seen.id,
	holds: (now) => now?.deletedAt === seen.deletedAt && now?.texts.at(-1) === seen.texts.at(-1),
});
