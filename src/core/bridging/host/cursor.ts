import type { Slice } from "../../ports/bridge/slice.ts";

/** A place in a list: a time or a number, and an id. */
export type Cursor = readonly [number, string];

/** Reads a `next` that has been outside. A text that we have not made stands behind everything: an empty page. */
export function readCursor(text: string): Cursor {
	const [first = "", second = ""] = text.split(",");
	const number = Number(first);
	return Number.isSafeInteger(number) && /^[\w-]{1,100}$/.test(second)
		? [number, second]
		: [Number.MAX_SAFE_INTEGER, ""];
}

/** One page of a list: `read` is what was read of at most `limit`, and what of it is shown. */
export function sliceOf<Row, Item>(
	{ rows, items, limit }: { readonly rows: readonly Row[]; readonly items: readonly Item[]; readonly limit: number },
	cursorOf: (row: Row) => readonly [number, string | number],
): Slice<Item> {
	const last = rows.at(-1);
	return last === undefined || rows.length < limit ? { items } : { items, next: cursorOf(last).join(",") };
}
