import type { AccountId, BridgeName, MessageId } from "../ids.ts";
import type { Content, Message } from "../model/message.ts";

/**
 * Streams: the channel's id. `origin` is the network it came from; absent: it was said here. `erased`: the message was
 * deleted, and its texts with it.
 */
export interface MessageEvents {
	"message.posted": {
		readonly message: Omit<Message, "seq" | "at" | "texts" | "reactions" | "replies" | "changed">;
		readonly origin?: BridgeName;
		readonly raw?: unknown;
		readonly erased?: true;
		/** Of the request, for the replay of an idempotent one. */
		readonly fingerprint?: string;
	};
	"message.edited": {
		readonly message: MessageId;
		readonly content: Content;
		readonly tags: readonly string[];
		readonly mentions: readonly AccountId[];
		readonly metadata?: Message["metadata"];
		readonly warning?: string;
		readonly origin?: BridgeName;
		readonly raw?: unknown;
		readonly erased?: true;
	};
	"message.deleted": {
		readonly message: MessageId;
		/** Not by its author. */
		readonly moderated?: true;
		/** One of the many deletions that the end of an account brings: what is said meanwhile goes out first. */
		readonly bulk?: true;
		readonly origin?: BridgeName;
		readonly raw?: unknown;
	};
}

declare module "../events/event.ts" {
	interface EventBodies extends MessageEvents {}
}
