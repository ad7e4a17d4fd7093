import type { AccountId, BridgeName, ChannelId, GroupId, MessageId } from "../ids.ts";

export const messageTypes = ["memo", "article", "message"] as const;
export type MessageType = (typeof messageTypes)[number];

export const mimeTypes = ["text/plain", "text/markdown", "text/html"] as const;
export type Mime = (typeof mimeTypes)[number];

/** What was said. HTML from elsewhere was sanitised when it came in; our own is sanitised on every way out. */
export interface Content {
	readonly text: string;
	readonly mime: Mime;
	/** Articles only. */
	readonly title?: string;
	/** Articles only: a teaser, plain text. */
	readonly summary?: string;
}

/** OFSCP §5.4. */
export interface Metadata {
	readonly schema: string;
	readonly version: string;
	readonly data: unknown;
}

/** The reactions to a message that share a key, counted. */
export interface ReactionSum {
	readonly key: string;
	readonly unicode?: string;
	readonly image?: string;
	readonly description?: string;
	readonly count: number;
}

/** A message of any type (OFSCP §5.3). With `deletedAt` it is a tombstone: the content is empty, replies stay. */
export interface Message {
	readonly id: MessageId;
	readonly group: GroupId;
	readonly channel: ChannelId;
	readonly author: AccountId;
	readonly type: MessageType;
	readonly content: Content;
	readonly reply?: { readonly to: MessageId; readonly author: AccountId };
	readonly mentions: readonly AccountId[];
	readonly tags: readonly string[];
	readonly metadata: readonly Metadata[];
	/** Content warning. */
	readonly warning?: string;
	readonly clientMessageId?: string;
	/** Where it came from; absent: it was said here. */
	readonly origin?: { readonly bridge: BridgeName; readonly id: string; readonly url?: string };
	/** The place in the channel's stream. */
	readonly seq: number;
	/** Server time in milliseconds; never decreasing within the channel. */
	readonly at: number;
	readonly editUntil: number;
	readonly editedAt?: number;
	readonly deletedAt?: number;
	/** The events that hold its texts; a deletion empties them. */
	readonly texts: readonly number[];
	readonly reactions: readonly ReactionSum[];
	readonly replies: number;
	/** The newest event that changed this document. */
	readonly changed: number;
}

/** The last time that RFC 3339 can write (year 9999): what its own network may edit for ever. */
export const noEnd = 253_402_300_799_000;

/** A place in the order of a channel. */
export type Position = Pick<Message, "at" | "seq">;

/** Distinct reactions that a message takes; a guard against remote floods. */
export const maxReactionKeys = 100;
