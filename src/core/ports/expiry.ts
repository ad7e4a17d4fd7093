import type { Clock } from "../clock.ts";
import type { Collection, IndexSpec, Store } from "./store.ts";

/** A document that expires: a code, a challenge, a nonce. */
export interface Expiring {
	/**
	 * Milliseconds since 1970; the document is no longer valid at this time. Every reader has to check it, since the sweeper deletes
	 * the document some time later.
	 */
	readonly expiresAt: number;
}

/** The index of such documents. The sweeper handles every collection that has it under the name `expiresAt`. */
export const expiryIndex: IndexSpec<Expiring> = { kinds: ["int"], of: (doc) => [doc.expiresAt] };

/** How many documents are deleted together. */
const chunk = 500;

/** Deletes the expired documents of every collection that has the index `expiresAt`. */
export async function sweepExpired(
	{ store, clock }: { readonly store: Store; readonly clock: Clock },
	collections: readonly Collection<unknown>[],
): Promise<void> {
	for (const collection of collections as readonly Collection<Expiring>[])
		if (collection.indexes.expiresAt !== undefined)
			await deleteOldest(store, collection, "expiresAt", (doc) => doc.expiresAt <= clock.now());
}

/**
 * Deletes the documents at the beginning of an index, up to the first page with one that stays. The documents of a page are deleted at the
 * same time, so that they share a commit.
 */
export async function deleteOldest<T>(
	store: Pick<Store, "page" | "delete">,
	collection: Collection<T>,
	index: string,
	isOver: (doc: T) => boolean,
): Promise<void> {
	for (;;) {
		const oldest = await store.page(collection, { index, order: "asc", limit: chunk });
		const over = oldest.filter(({ doc }) => isOver(doc));
		// Deleted by revision, so that a document that was extended since it was read stays.
		await Promise.all(over.map(({ id, rev }) => store.delete(collection, id, rev)));
		if (over.length < chunk) return;
	}
}
