import type { Collection, IndexSpec, Key, Page } from "../core/ports/store.ts";
import { indexOf } from "./collections.ts";
import { checkInt, checkKey } from "./scalars.ts";

/** A checked request for a page. */
export interface PageRequest {
	readonly spec: Pick<IndexSpec<never>, "kinds" | "unique">;
	readonly prefix: Key;
	/** The parts after the prefix of the key to start after; `[]` if nothing can follow, since the prefix is a whole key. */
	readonly after: Key | undefined;
	readonly order: "asc" | "desc";
	readonly limit: number;
}

/** The ids as an index: unique, with one part. */
const ids: PageRequest["spec"] = { kinds: ["text"], unique: true };

/** Checks a request for a page. @throws {TypeError} the index is unknown, or its keys can't have the given parts */
export function checkPage(collection: Collection<never>, page: Page): PageRequest {
	const spec = page.index === undefined ? ids : indexOf(collection, page.index);
	const what = `${collection.name}.${page.index ?? "id"}`;
	const prefix = checkKey(spec, page.prefix ?? [], what);
	const after = page.after && checkKey(spec, page.after, what);
	if (after && after.length !== spec.kinds.length) throw new TypeError(`A page of ${what} starts after a whole key`);
	if (after && prefix.some((part, n) => part !== after[n]))
		throw new TypeError(`A page of ${what} starts within its prefix`);
	checkLimit(page.limit);
	return { spec, prefix, after: after?.slice(prefix.length), order: page.order, limit: page.limit };
}

/** Checks a limit. @throws {TypeError} it is not an integer of at least 1 */
export function checkLimit(limit: number): void {
	checkInt(limit, "A limit");
	if (limit < 1) throw new TypeError(`A limit must be at least 1, not ${limit}`);
}
