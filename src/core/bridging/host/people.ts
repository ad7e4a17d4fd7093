import { accountByHandle, accountById, accountByRemote } from "../../accounts/find-account.ts";
import type { CoreContext } from "../../events/context.ts";
import { memberships } from "../../groups/membership.ts";
import { placeOf } from "../../groups/place.ts";
import type { AccountId, BridgeName, ChannelId } from "../../ids.ts";
import { ownerOf } from "../../model/channel.ts";
import type { Membership } from "../../model/membership.ts";
import type { HostPeople } from "../../ports/bridge/people.ts";
import type { PageAfter } from "../../ports/bridge/slice.ts";
import { accountsOf } from "../outgoing/prepare.ts";
import { readCursor, sliceOf } from "./cursor.ts";
import { createUsage } from "./usage.ts";

/** Gives a bridge access to accounts and follows. */
export function createHostPeople(context: Pick<CoreContext, "store" | "clock">, bridge: BridgeName): HostPeople {
	const { store } = context;

	/** A page of the memberships whose index key begins with `prefix`. */
	async function joined(
		index: "place" | "account",
		prefix: readonly string[],
		{ after, limit }: PageAfter,
	): Promise<readonly Membership[]> {
		const page = await store.page(memberships, {
			index,
			prefix,
			order: "asc",
			limit,
			...(after === undefined ? {} : { after: [...prefix, ...readCursor(after)] }),
		});
		return page.map(({ doc }) => doc);
	}

	return {
		account: (id) => accountById(context, id),
		byHandle: (handle, domain) => accountByHandle(context, handle, domain),
		byRemote: (remote) => accountByRemote(context, bridge, remote),
		async members(channel, page) {
			const rows = await joined("place", [channel, "joined"], page);
			const ids = rows.map(({ account }) => account);
			const items = await accountsOf(context, ids);
			return sliceOf({ rows, items, limit: page.limit }, ({ since, account }) => [since, account]);
		},
		memberCount: (channel) => store.count(memberships, "place", [channel, "joined"]),
		async following(account, page) {
			const rows = await joined("account", [account, "chn", "joined"], page);
			const owners = await Promise.all(
				rows.map(async ({ place }) => {
					const followed = await placeOf(context, place as ChannelId);
					return followed && ownerOf(followed.channel);
				}),
			);
			const others = owners.filter((id): id is AccountId => id !== undefined && id !== account);
			const items = await accountsOf(context, others);
			return sliceOf({ rows, items, limit: page.limit }, ({ since, place }) => [since, place]);
		},
		followingCount: (account) => store.count(memberships, "account", [account, "chn", "joined"]),
		usage: createUsage(context),
	};
}
