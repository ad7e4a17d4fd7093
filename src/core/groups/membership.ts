import type { AccountId } from "../ids.ts";
import type { Membership, PlaceId } from "../model/membership.ts";
import type { Reach } from "../model/reach.ts";
import type { Collection } from "../ports/store.ts";
import { remoteKey } from "../remote-key.ts";

/** The id of a membership: there is one for each place and account. */
export const membershipId = (place: PlaceId, account: AccountId): string => `${place}/${account}`;

const kindOf = (place: PlaceId): string => place.slice(0, 3);

/** The memberships. `target` finds the joined ones by delivery target. */
export const memberships: Collection<Membership> = {
	name: "memberships",
	version: 1,
	indexes: {
		place: { kinds: ["text", "text", "int", "text"], of: (m) => [m.place, m.state, m.since, m.account] },
		/** The `chn` rows are the channels that an account follows, the `grp` rows its groups. */
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
