import type { Collection, IndexSpec, Key, Merge } from "../core/ports/store.ts";
import { indexOf } from "./collections.ts";
import { checkLimit, checkPage, type PageRequest } from "./page-request.ts";

/** A checked request for a merge of ranges. */
export interface MergeRequest {
	readonly spec: IndexSpec<never>;
	/** Each is a page of its own. */
	readonly ranges: readonly PageRequest[];
	/** Compares two keys: their parts after the prefix, then their prefixes. */
	compare(a: Key, b: Key): number;
}

/** Checks a request for a merge. @throws {TypeError} the index is unknown, or its keys can't have the given parts */
export function checkMerge(collection: Collection<never>, { ranges, ...rest }: Merge): MergeRequest {
	const spec = indexOf(collection, rest.index);
	checkLimit(rest.limit);
	const checked = ranges.map((range) => checkPage(collection, { ...rest, ...range }));
	const parts = checked[0]?.prefix.length ?? 0;
	if (checked.some(({ prefix }) => prefix.length !== parts || parts === 0 || parts === spec.kinds.length))
		throw new TypeError(`The ranges of a merge of ${collection.name}.${rest.index} have prefixes of one length`);
	const order = [...spec.kinds.keys()].map((part) => (part + parts) % spec.kinds.length);
	const sign = rest.order === "asc" ? 1 : -1;
	return {
		spec,
		ranges: checked,
		compare(a, b) {
			for (const part of order) {
				const [x, y] = [a[part] as Key[number], b[part] as Key[number]];
				if (x !== y) return x < y ? -sign : sign;
			}
			return 0;
		},
	};
}
