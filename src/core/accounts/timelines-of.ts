import { BoundedMap } from "../bounded-map.ts";
import type { CoreContext } from "../events/context.ts";
import type { AccountId, ChannelId } from "../ids.ts";
import type { Store } from "../ports/store.ts";
import { accounts } from "./account.ts";

/** How many accounts are remembered for each store. */
const remembered = 50_000;

const caches = new WeakMap<Store, BoundedMap<AccountId, ChannelId>>();

/** The timelines of accounts. These never change, so they are remembered. Unknown accounts are left out. */
export async function timelinesOf(
	{ store }: Pick<CoreContext, "store">,
	ids: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, ChannelId>> {
	const cache = caches.get(store) ?? new BoundedMap(remembered);
	caches.set(store, cache);
	const found = new Map<AccountId, ChannelId>();
	const unknown: AccountId[] = [];
	for (const id of ids) {
		const timeline = cache.get(id);
		if (timeline === undefined) unknown.push(id);
		else found.set(id, timeline);
	}
	for (const { doc } of unknown.length === 0 ? [] : await store.getAll(accounts, unknown)) {
		cache.set(doc.id, doc.timeline);
		found.set(doc.id, doc.timeline);
	}
	return found;
}
