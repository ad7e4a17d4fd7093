import type { CoreContext } from "../../events/context.ts";
import { kindsOf } from "../../groups/channel-kinds.ts";
import { memberships } from "../../groups/membership.ts";
import type { AccountId, ChannelId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Membership } from "../../model/membership.ts";
import type { PageAfter, Slice } from "../../ports/bridge/slice.ts";
import { accountsOf } from "../outgoing/prepare.ts";
import { readCursor, sliceOf } from "./cursor.ts";

/** How many memberships are read at once at least. */
const batch = 100;

interface Followed extends Pick<Membership, "since" | "place"> {
	readonly owner: AccountId;
}

/**
 * A page of the owners of the timelines that an account has joined. Channels of groups leave no trace in it: neither a page that they make
 * shorter nor a cursor tells how many an account is in, or which.
 */
export async function followingOf(
	context: Pick<CoreContext, "store">,
	account: AccountId,
	{ after, limit }: PageAfter,
): Promise<Slice<Account>> {
	const rows: Followed[] = [];
	for await (const followed of timelinesOf(context, account, after, Math.max(limit, batch))) {
		rows.push(followed);
		if (rows.length === limit) break;
	}
	const items = await accountsOf(
		context,
		rows.map(({ owner }) => owner),
	);
	return sliceOf({ rows, items, limit }, ({ since, place }) => [since, place]);
}

/** The timelines of others that an account has joined, oldest first. */
async function* timelinesOf(
	context: Pick<CoreContext, "store">,
	account: AccountId,
	from: string | undefined,
	limit: number,
): AsyncGenerator<Followed> {
	const prefix = [account, "chn", "joined"];
	for (let after = from === undefined ? undefined : readCursor(from); ; ) {
		const page = await context.store.page(memberships, {
			index: "account",
			prefix,
			order: "asc",
			limit,
			...(after === undefined ? {} : { after: [...prefix, ...after] }),
		});
		const kinds = await kindsOf(
			context,
			page.map(({ doc }) => doc.place as ChannelId),
		);
		for (const { doc } of page) {
			const channel = kinds.get(doc.place as ChannelId);
			if (channel === undefined || channel.kind === "room" || channel.owner === account) continue;
			yield { since: doc.since, place: doc.place, owner: channel.owner };
		}
		const last = page.at(-1)?.doc;
		if (last === undefined || page.length < limit) return;
		after = [last.since, last.place];
	}
}
