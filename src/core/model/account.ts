import type { AccountId, BridgeName, ChannelId, GroupId } from "../ids.ts";
import type { Reach } from "./reach.ts";

/** What other people see of an account (OFSCP §5.1). */
export interface Profile {
	readonly displayName: string;
	/** Plain text for our own people, sanitised HTML for others. */
	readonly bio?: string;
	/** https URL. */
	readonly avatar?: string;
}

/**
 * A person of ours, or the shadow of a person elsewhere (`origin` names their network). A shadow whose `domain` is our own is a
 * ghost: the networks other than its own see it as one of our people.
 */
export interface Account {
	readonly id: AccountId;
	readonly handle: string;
	/** `host[:port]` */
	readonly domain: string;
	readonly kind: "person" | "group" | "service";
	readonly profile: Profile;
	readonly origin?: { readonly bridge: BridgeName; readonly id: string; readonly url?: string };
	/** Where deliveries to this person go; only of shadows. */
	readonly reach?: Reach;
	/** The personal group and its timeline channel. */
	readonly group: GroupId;
	readonly timeline: ChannelId;
	readonly bridgeable: boolean;
	readonly admin?: boolean;
	readonly createdAt: number;
	/** Milliseconds, strictly increasing per account. */
	readonly updatedAt: number;
	readonly deletedAt?: number;
}

/** The name by which the API calls an account: `handle@domain`. */
export const addressOf = (account: Pick<Account, "handle" | "domain">): string => `${account.handle}@${account.domain}`;

/** True for the people whose home is this provider. */
export const isLocal = (account: Account): boolean => account.origin === undefined;
