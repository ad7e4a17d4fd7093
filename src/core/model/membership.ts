import type { AccountId, BridgeName, ChannelId, GroupId } from "../ids.ts";
import type { Role } from "./group.ts";
import type { Reach } from "./reach.ts";

/** What is joined: a group or a channel, which may be a timeline. */
export type PlaceId = GroupId | ChannelId;

/** An account's membership of a place. Follows, joins and memberships are all this one record (design §2). */
export interface Membership {
	readonly place: PlaceId;
	readonly account: AccountId;
	readonly role: Role;
	readonly state: "requested" | "joined" | "left" | "denied";
	/** Counts the changes: of two concurrent changes to the same state, the log's natural key accepts one. */
	readonly generation: number;
	/**
	 * In a group: how often this membership has ended; 0 if absent. In a channel: the term of the membership in its group under which it was
	 * made. With the end of that term it no longer counts, whatever its own state.
	 */
	readonly term?: number;
	/** When it entered its current state, milliseconds since 1970. */
	readonly since: number;
	/** Where messages are delivered for this member; only remote members have it. */
	readonly reach?: Reach;
	/** The join request as it was received, and its id on its network; our answer refers to it. */
	readonly request?: { readonly bridge: BridgeName; readonly raw: unknown; readonly id?: string };
	/** When the remote event that led to this state happened, by its sender's clock. */
	readonly sentAt?: number;
}
