import { accountByHandle, accountById, accountByRemote } from "../../accounts/find-account.ts";
import type { CoreContext } from "../../events/context.ts";
import { followsOf } from "../../groups/follows-of.ts";
import { memberships } from "../../groups/membership.ts";
import type { BridgeName, ChannelId } from "../../ids.ts";
import type { Membership } from "../../model/membership.ts";
import type { HostPeople } from "../../ports/bridge/people.ts";
import type { PageAfter } from "../../ports/bridge/slice.ts";
import { accountsOf } from "../outgoing/prepare.ts";
import { readCursor, sliceOf } from "./cursor.ts";
import { followingOf } from "./following.ts";
import { createUsage } from "./usage.ts";

/** Gives a bridge access to accounts and follows. */
export function createHostPeople(context: Pick<CoreContext, "store" | "clock">, bridge: BridgeName): HostPeople {
	const { store } = context;

	/** A page of the members of a channel. */
	async function joined(channel: ChannelId, { after, limit }: PageAfter): Promise<readonly Membership[]> {
		const prefix = [channel, "joined"];
		const page = await store.page(memberships, {
			index: "place",
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
			const rows = await joined(channel, page);
			const ids = rows.map(({ account }) => account);
			const items = await accountsOf(context, ids);
			return sliceOf({ rows, items, limit: page.limit }, ({ since, account }) => [since, account]);
		},
		memberCount: (channel) => store.count(memberships, "place", [channel, "joined"]),
		following: (account, page) => followingOf(context, account, page),
		async followingCount(account) {
			const { people } = await followsOf(context, { id: account });
			// An account is among its own people.
			return people.size - 1;
		},
		usage: createUsage(context),
	};
}
