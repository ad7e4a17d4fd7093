import type { AccountId, BridgeName, ChannelId, GroupId } from "../ids.ts";
import type { Role } from "./group.ts";
import type { Reach } from "./reach.ts";

/** What is joined: a group, or one channel (a timeline that is followed, a private channel, a channel followed from elsewhere). */
export type Place = GroupId | ChannelId;

/** That somebody has joined something: the one record of follows, joins and memberships (design §2). */
export interface Membership {
	readonly place: Place;
	readonly account: AccountId;
	readonly role: Role;
	readonly state: "requested" | "joined" | "left" | "denied";
	/** Counts the times that it changed: two changes at once that start from the same state meet in the log's natural key. */
	readonly generation: number;
	/** When it came to its present state, milliseconds since 1970. */
	readonly since: number;
	/** Where what is said here is delivered for this member; only of members who live elsewhere. */
	readonly reach?: Reach;
	/** Their request as it came, which our answer names. */
	readonly request?: { readonly bridge: BridgeName; readonly raw: unknown };
}
