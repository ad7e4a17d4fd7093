import { remoteKey } from "../bridging/remote-key.ts";
import type { AccountId, BridgeName, ChannelId, GroupId } from "../ids.ts";
import type { Reach } from "../ports/bridge.ts";
import type { Collection } from "../ports/store.ts";
import type { Role } from "./group.ts";

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

/** The id of a membership: there is one of each pair. */
export const membershipId = (place: Place, account: AccountId): string => `${place}/${account}`;

const kindOf = (place: Place): string => place.slice(0, 3);

export const memberships: Collection<Membership> = {
	name: "memberships",
	version: 1,
	indexes: {
		place: { kinds: ["text", "text", "int", "text"], of: (m) => [m.place, m.state, m.since, m.account] },
		/** `chn` rows are what an account follows, `grp` rows its groups. */
		account: {
			kinds: ["text", "text", "text", "int", "text"],
			of: (m) => [m.account, kindOf(m.place), m.state, m.since, m.place],
		},
		target: {
			kinds: ["text", "text"],
			of: (m) =>
				m.reach === undefined || m.state !== "joined"
					? undefined
					: [targetKey(m.reach), membershipId(m.place, m.account)],
		},
	},
};

/** The index value of a delivery target. */
export const targetKey = (reach: Reach): string => remoteKey(reach.bridge, reach.target);
