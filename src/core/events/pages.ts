import type { Collection, Store, Stored } from "../ports/store.ts";

/** How to read a whole collection. */
export interface PagesOptions {
	/** How many documents are read together. */
	readonly limit: number;
	readonly signal?: AbortSignal;
}

/**
 * Reads all documents of a collection by id, page by page. The next page is read when this one has been handled; the last one may be empty.
 *
 * @throws the signal's reason when it is aborted
 */
export async function* pagesOf<T>(
	store: Pick<Store, "page">,
	collection: Collection<T>,
	{ limit, signal }: PagesOptions,
): AsyncGenerator<readonly Stored<T>[]> {
	for (let after: string | undefined; ; ) {
		signal?.throwIfAborted();
		const found = await store.page(collection, {
			order: "asc",
			limit,
			...(after === undefined ? {} : { after: [after] }),
		});
		yield found;
		after = found.at(-1)?.id;
		if (found.length < limit) return;
	}
}
