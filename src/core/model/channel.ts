import type { AccountId, ChannelId, GroupId } from "../ids.ts";
import type { Permissions } from "./group.ts";
import type { MessageType } from "./message.ts";
import type { TierId } from "./tier.ts";

/**
 * What a channel is for. A `room` is a channel of a community. Every account has a `timeline`, and beside it a channel that only
 * its `followers` read. `shadow`: its home is elsewhere (the timeline of an account there, or what it says to its followers), and only its
 * home is sent what is said here.
 *
 * `owner` is the account that it belongs to, `timeline` the channel whose members are its readers.
 */
export type ChannelKind =
	| { readonly kind: "room" }
	| { readonly kind: "timeline"; readonly owner: AccountId }
	| { readonly kind: "followers"; readonly owner: AccountId; readonly timeline: ChannelId }
	| { readonly kind: "shadow"; readonly owner: AccountId; readonly timeline: ChannelId };

/** A stream of messages in a group (OFSCP §5.2). */
export type Channel = ChannelKind & {
	readonly id: ChannelId;
	readonly group: GroupId;
	/** The stream whose events make this document: its group's. The messages are in the stream named by the channel's id. */
	readonly stream: string;
	readonly name: string;
	/** Its name as an actor: one name space with the handles of accounts. */
	readonly handle: string;
	readonly type: "text";
	readonly tier: TierId;
	readonly topic: string;
	readonly tags: readonly string[];
	readonly allowedTypes: readonly MessageType[];
	/** Overrides the group's. */
	readonly permissions?: Partial<Permissions>;
	readonly createdAt: number;
	readonly updatedAt: number;
};

type Undated<T> = T extends unknown ? Omit<T, "createdAt" | "updatedAt"> : never;
/** A channel as the event that creates it says it. */
export type NewChannel = Undated<Channel>;

/** True for the channel in which an account speaks to everyone, and for the shadow of one elsewhere. */
export const isTimeline = (channel: Channel | NewChannel): boolean =>
	channel.kind === "timeline" || (channel.kind === "shadow" && channel.timeline === channel.id);

/** The account whose timeline (or followers' channel) this is. */
export const ownerOf = (channel: Channel): AccountId | undefined =>
	channel.kind === "room" ? undefined : channel.owner;
