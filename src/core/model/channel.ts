import type { AccountId, ChannelId, GroupId } from "../ids.ts";
import type { Permissions } from "./group.ts";
import type { MessageType, Metadata } from "./message.ts";
import type { TierId } from "./tier.ts";

/**
 * The purpose of a channel. A `room` is a channel of a community. Every account has a `timeline`, and a channel that only its
 * `followers` read. A `shadow` stands in for the timeline or followers' channel of a remote account; posts here are sent only to its home.
 *
 * `owner` is the account that the channel belongs to, `timeline` the channel whose members are its readers.
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
	/** The stream whose events this document is folded from: its group's. The messages are in the stream named by the channel's id. */
	readonly stream: string;
	readonly name: string;
	/**
	 * Its name as an actor. Open channels and accounts share one namespace; a room that not everyone may read has none, since a handle that is
	 * taken would tell that the channel exists.
	 */
	readonly handle?: string;
	readonly type: "text";
	readonly tier: TierId;
	readonly topic: string;
	readonly tags: readonly string[];
	readonly allowedTypes: readonly MessageType[];
	/** Overrides the group's permissions. */
	readonly permissions?: Partial<Permissions>;
	readonly metadata?: readonly Metadata[];
	readonly createdAt: number;
	readonly updatedAt: number;
};

type Undated<T> = T extends unknown ? Omit<T, "createdAt" | "updatedAt"> : never;
/** A channel as the event that creates it describes it. */
export type NewChannel = Undated<Channel>;

/** True for the public timeline of an account, local or remote. */
export const isTimeline = (channel: Channel | NewChannel): boolean =>
	channel.kind === "timeline" || (channel.kind === "shadow" && channel.timeline === channel.id);

/** The name under which a channel can be asked for: its handle, or its id. */
export const channelName = ({ handle, id }: Channel): string => handle ?? id;

/** The account whose timeline or followers' channel this is; `undefined` for a room. */
export const ownerOf = (channel: Channel): AccountId | undefined =>
	channel.kind === "room" ? undefined : channel.owner;
