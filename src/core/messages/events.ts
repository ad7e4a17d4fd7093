import type { AccountId, BridgeName, MessageId } from "../ids.ts";
import type { Content, Message } from "../model/message.ts";

/**
 * Streams: the channel's id. `origin`: the network that the event came from; absent for one of this provider. `raw`: the remote event as
 * it was received. `erased`: the message was deleted, and its texts with it.
 */
export interface MessageEvents {
	"message.posted": {
		readonly message: Omit<Message, "seq" | "at" | "texts" | "reactions" | "replies" | "deletedReplies" | "changed">;
		readonly origin?: BridgeName;
		readonly raw?: unknown;
		readonly erased?: true;
		/** The fingerprint of the request, to recognise its repetition. */
		readonly fingerprint?: string;
	};
	"message.edited": {
		readonly message: MessageId;
		readonly content: Content;
		readonly tags: readonly string[];
		readonly mentions: readonly AccountId[];
		readonly metadata?: Message["metadata"];
		readonly warning?: string;
		/** See {@link Message.revisedAt}. */
		readonly revisedAt?: number;
		/** How many tags of the message were indexed before. */
		readonly tagged?: number;
		readonly origin?: BridgeName;
		readonly raw?: unknown;
		readonly erased?: true;
		/** An earlier edit was withdrawn: the text is that of the event with this seq, which was there before. */
		readonly restores?: number;
		/** The seqs of the events whose texts were erased with it. */
		readonly erasesTexts?: readonly number[];
	};
	"message.deleted": {
		readonly message: MessageId;
		/** The message that it replied to. */
		readonly parent?: MessageId;
		/** Whether a moderator deleted it, and not its author. */
		readonly moderated?: true;
		/** One of the many deletions of an erased account, whose deliveries give way to other messages. */
		readonly bulk?: true;
		/** How many tags of the message were indexed before. */
		readonly tagged?: number;
		readonly origin?: BridgeName;
		readonly raw?: unknown;
	};
}

declare module "../events/event.ts" {
	interface EventBodies extends MessageEvents {}
}
