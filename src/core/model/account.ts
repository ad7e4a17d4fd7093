import type { AccountId, BridgeName, ChannelId, GroupId } from "../ids.ts";
import type { Reach } from "./reach.ts";

/** What other people see of an account (OFSCP §5.1). */
export interface Profile {
	readonly displayName: string;
	/** Plain text for local accounts, sanitised HTML for remote ones. */
	readonly bio?: string;
	/** https URL. */
	readonly avatar?: string;
}

/**
 * A local account, or the shadow of a remote one (`origin` names its network). A shadow whose `domain` is our own is a ghost: other
 * networks see it as an account of this provider.
 */
export interface Account {
	readonly id: AccountId;
	readonly handle: string;
	/** `host[:port]` */
	readonly domain: string;
	readonly kind: "person" | "group" | "service";
	readonly profile: Profile;
	readonly origin?: { readonly bridge: BridgeName; readonly id: string; readonly url?: string };
	/** Where deliveries to this account go; only shadows have it. */
	readonly reach?: Reach;
	/** The same person on other networks (design §12): `origin` is the network that delivers to them, if there is one. */
	readonly roads?: readonly { readonly bridge: BridgeName; readonly id: string }[];
	/**
	 * Its home has confirmed that this is its address. Shadows of earlier versions lack it until they are heard of again: their handles may
	 * have got a number here.
	 */
	readonly isProven?: true;
	/** The account that this one turned out to be; what it said stays with this one. */
	readonly mergedInto?: AccountId;
	/** The personal group and its timeline channel. */
	readonly group: GroupId;
	readonly timeline: ChannelId;
	/** The channel of the personal group that only followers read; absent for shadows of an earlier version until they need one. */
	readonly followers?: ChannelId;
	readonly bridgeable: boolean;
	readonly admin?: boolean;
	readonly createdAt: number;
	/** Milliseconds, strictly increasing per account. */
	readonly updatedAt: number;
	readonly deletedAt?: number;
}

/** The address of an account in the API: `handle@domain`. */
export const addressOf = (account: Pick<Account, "handle" | "domain">): string => `${account.handle}@${account.domain}`;

/** True for an account whose home is this provider. */
export const isLocal = (account: Account): boolean => account.origin === undefined;
