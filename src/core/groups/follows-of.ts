import type { CoreContext } from "../events/context.ts";
import type { AccountId, ChannelId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Membership } from "../model/membership.ts";
import type { Stored } from "../ports/store.ts";
import { kindsOf } from "./channel-kinds.ts";
import { memberships } from "./membership.ts";

/** How many memberships are read at once. */
const batch = 1000;

/** Whom and what an account follows. */
export interface Follows {
	/** The owners of the timelines that it has joined, and itself. */
	readonly people: ReadonlySet<AccountId>;
	/** The other channels that it has joined. */
	readonly rooms: readonly ChannelId[];
}

/** Reads the follows of an account: a thousand take a few store calls. */
export async function followsOf(context: Pick<CoreContext, "store">, account: Account): Promise<Follows> {
	const people = new Set([account.id]);
	const rooms: ChannelId[] = [];
	const prefix = [account.id, "chn", "joined"];
	for (let last: Membership | undefined; ; ) {
		const page: readonly Stored<Membership>[] = await context.store.page(memberships, {
			index: "account",
			prefix,
			...(last === undefined ? {} : { after: [...prefix, last.since, last.place] }),
			order: "asc",
			limit: batch,
		});
		// The place is the first part of a membership's id, so that the documents need not be parsed.
		const joined = page.map(({ id }) => id.slice(0, id.indexOf("/")) as ChannelId);
		for (const [id, kind] of await kindsOf(context, joined)) {
			if (kind.kind === "room") rooms.push(id);
			else people.add(kind.owner);
		}
		if (page.length < batch) return { people, rooms };
		last = page.at(-1)?.doc;
	}
}
