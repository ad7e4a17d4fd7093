import type { Message } from "../model/message.ts";
import type { Collection } from "../ports/store.ts";

/** The messages, tombstones included. `author` only has those that are not deleted. */
export const messages: Collection<Message> = {
	name: "messages",
	version: 1,
	indexes: {
		channel: { kinds: ["text", "int", "int"], of: (m) => [m.channel, m.at, m.seq] },
		replies: { kinds: ["text", "int", "int"], of: (m) => (m.reply ? [m.reply.to, m.at, m.seq] : undefined) },
		author: { kinds: ["text", "int"], of: (m) => (m.deletedAt === undefined ? [m.author, m.at] : undefined) },
	},
};
