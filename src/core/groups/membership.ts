import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Membership, PlaceId } from "../model/membership.ts";
import type { Reach } from "../model/reach.ts";
import type { Collection } from "../ports/store.ts";
import { remoteKey } from "../remote-key.ts";

/** The id of a membership: there is one for each place and account. */
export const membershipId = (place: PlaceId, account: AccountId): string => `${place}/${account}`;

/** The stored membership of an account, which may have ended. */
export const membershipOf = async (
	{ store }: Pick<CoreContext, "store">,
	place: PlaceId,
	account: Account,
): Promise<Membership | undefined> => (await store.get(memberships, membershipId(place, account.id)))?.doc;

/** The request that a membership began with, which a later answer to it names. */
export const requestOf = ({ request }: Membership): Pick<Membership, "request"> =>
	request === undefined ? {} : { request };

/** True for a membership that is over. */
export const hasEnded = ({ state }: Pick<Membership, "state">): boolean => state === "left" || state === "denied";

/** True if a membership in a channel was made under the current term of the membership in its group; otherwise it has ended with that. */
export const isOfTerm = (inChannel: Membership, inGroup: Membership | undefined): boolean =>
	(inChannel.term ?? 0) === (inGroup?.term ?? 0);

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
