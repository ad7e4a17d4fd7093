import type { AccountId, ChannelId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { PageAfter, Slice } from "./slice.ts";

/** How many accounts and posts of this provider there are, deleted ones left out. */
export interface Usage {
	readonly users: number;
	/** The accounts that have posted within 30 days, and within 180 days. */
	readonly activeMonth: number;
	readonly activeHalfyear: number;
	readonly posts: number;
}

/** Accounts, and who follows whom. */
export interface HostPeople {
	/** A local account, a ghost of any network, or the shadow of a remote account. */
	account(id: AccountId): Promise<Account | undefined>;
	byHandle(handle: string, domain: string): Promise<Account | undefined>;
	/** The shadow of a person of this bridge's network, by their id there. */
	byRemote(remote: string): Promise<Account | undefined>;
	/** The accounts that have joined (follow) a channel. */
	members(channel: ChannelId, page: PageAfter): Promise<Slice<Account>>;
	memberCount(channel: ChannelId): Promise<number>;
	/** The owners of the timelines, local and remote, that an account has joined. */
	following(account: AccountId, page: PageAfter): Promise<Slice<Account>>;
	/** How many there are in {@link following}. */
	followingCount(account: AccountId): Promise<number>;
	/** How much this provider is used; up to an hour old. */
	usage(): Promise<Usage>;
}
