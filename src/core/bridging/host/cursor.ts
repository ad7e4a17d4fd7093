import type { Slice } from "../../ports/bridge/slice.ts";

/** A position in a list: a time or a number, and an id. */
export type Cursor = readonly [number, string];

/** Parses a `next` that a client has sent. A malformed one is after everything, so that the page is empty. */
export function readCursor(text: string): Cursor {
	const [first = "", second = ""] = text.split(",");
	const number = Number(first);
	return Number.isSafeInteger(number) && /^[\w-]{1,100}$/.test(second)
		? [number, second]
		: [Number.MAX_SAFE_INTEGER, ""];
}

/** Makes a page of a list: `rows` were read, at most `limit`, and `items` are shown of them. */
export function sliceOf<Row, Item>(
	{ rows, items, limit }: { readonly rows: readonly Row[]; readonly items: readonly Item[]; readonly limit: number },
	cursorOf: (row: Row) => readonly [number, string | number],
): Slice<Item> {
	const last = rows.at(-1);
	return last === undefined || rows.length < limit ? { items } : { items, next: cursorOf(last).join(",") };
}
