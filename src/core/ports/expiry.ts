import type { Clock } from "../clock.ts";
import type { Collection, IndexSpec, Store } from "./store.ts";

/** A document that is worth nothing after a while: a code, a challenge, a nonce. */
export interface Expiring {
	/**
	 * Milliseconds since 1970; at this moment it is over. Whoever reads the document checks it: the sweeper only tidies
	 * up.
	 */
	readonly expiresAt: number;
}

/** The index of a collection of such documents, under the name `expiresAt`: the sweeper looks for nothing else. */
export const expiryIndex: IndexSpec<Expiring> = { kinds: ["int"], of: (doc) => [doc.expiresAt] };

const chunk = 200;

/** Deletes what has expired in every collection that has the index `expiresAt`. */
export async function sweepExpired(
	{ store, clock }: { readonly store: Store; readonly clock: Clock },
	collections: readonly Collection<unknown>[],
): Promise<void> {
	for (const collection of collections as readonly Collection<Expiring>[]) {
		if (collection.indexes.expiresAt === undefined) continue;
		for (;;) {
			const oldest = await store.page(collection, { index: "expiresAt", order: "asc", limit: chunk });
			const over = oldest.filter(({ doc }) => doc.expiresAt <= clock.now());
			// By its revision: what has been given more time since it was read stays.
			for (const { id, rev } of over) await store.delete(collection, id, rev);
			if (over.length < chunk) break;
		}
	}
}
