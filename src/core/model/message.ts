import type { AccountId, BridgeName, ChannelId, GroupId, MessageId } from "../ids.ts";
import type { PlaceId } from "./membership.ts";

/** The types of messages (OFSCP §5.3). */
export const messageTypes = ["memo", "article", "message"] as const;
export type MessageType = (typeof messageTypes)[number];

/** The media types of message content. */
export const mimeTypes = ["text/plain", "text/markdown", "text/html"] as const;
export type Mime = (typeof mimeTypes)[number];

/** The content of a message. Remote HTML was sanitised when it was received; local HTML is sanitised whenever it is rendered. */
export interface Content {
	readonly text: string;
	readonly mime: Mime;
	/** Articles only. */
	readonly title?: string;
	/** Articles only: a teaser, plain text. */
	readonly summary?: string;
}

/** Structured data attached to a message, described by a schema (OFSCP §5.4). */
export interface Metadata {
	readonly schema: string;
	readonly version: string;
	readonly data: unknown;
}

/** A file on another server that a message links to (OFSCP §5.3). It is given out as it was sent, and never fetched. */
export interface Attachment {
	readonly id: string;
	readonly mime: string;
	/** https URL */
	readonly url: string;
	/** Bytes. */
	readonly size: number;
	readonly description?: string;
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
	/** It is in a channel of a group, not in one of an account. Messages of earlier versions don't say so. */
	readonly inRoom?: true;
	readonly type: MessageType;
	readonly content: Content;
	readonly reply?: { readonly to: MessageId; readonly author: AccountId };
	/** The remote id of the message that it replies to, when that could not be read; `reply` is then absent. */
	readonly replyToUnknown?: string;
	readonly mentions: readonly AccountId[];
	readonly tags: readonly string[];
	readonly metadata: readonly Metadata[];
	readonly attachments?: readonly Attachment[];
	/** Content warning. */
	readonly warning?: string;
	readonly clientMessageId?: string;
	/** The network it came from; absent for a message posted here. `room`: the linked room that it was said in. */
	readonly origin?: { readonly bridge: BridgeName; readonly id: string; readonly url?: string; readonly room?: string };
	/**
	 * The places to the homes of whose members it was sent when it was posted; empty if it stayed here. Absent in messages of earlier
	 * versions.
	 */
	readonly sentTo?: readonly PlaceId[];
	/** Accounts that earlier texts of it mentioned. */
	readonly mentionedBefore?: readonly AccountId[];
	/** The seq of its event in the channel's stream. */
	readonly seq: number;
	/** Server time in milliseconds; never decreasing within the channel. */
	readonly at: number;
	/** When it was written according to its own network, if that was before it arrived here; shown instead of `at`. */
	readonly publishedAt?: number;
	readonly editUntil: number;
	readonly editedAt?: number;
	/** When a remote message got its present text, by its sender's clock: an older edit that arrives later is ignored. */
	readonly revisedAt?: number;
	readonly deletedAt?: number;
	/** The seqs of the events that hold its texts; a deletion empties those events. */
	readonly texts: readonly number[];
	readonly reactions: readonly ReactionSum[];
	/** How many direct replies there are, deleted ones included. */
	readonly replies: number;
	/** How many of them are deleted; absent if none is. */
	readonly deletedReplies?: number;
	/** The seq of the newest event that changed this document. */
	readonly changed: number;
}

/** How many direct replies to a message can be seen. */
export const visibleReplies = ({ replies, deletedReplies = 0 }: Pick<Message, "replies" | "deletedReplies">): number =>
	Math.max(0, replies - deletedReplies);

/** The latest time that RFC 3339 can express (year 9999): the `editUntil` of messages that their own network may always edit. */
export const noEnd = 253_402_300_799_000;

/** The time of a message that is shown to people; its place in the order of a channel follows from `at` alone. */
export const shownAt = ({ at, publishedAt }: Pick<Message, "at" | "publishedAt">): number =>
	publishedAt === undefined ? at : Math.min(publishedAt, at);

/** A position in the order of a channel. */
export type Position = Pick<Message, "at" | "seq">;

/** How many distinct reactions a message may have; a guard against remote floods. */
export const maxReactionKeys = 100;
