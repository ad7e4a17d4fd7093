import { type ZodType, z } from "zod";
import { InvalidRequest } from "#core/errors.ts";
import type { Wire } from "../base/answers.ts";

/** The size of a page, at most 100 (OFSCP §6.2). */
export const limitParameter = z
	.string()
	.regex(/^[1-9]\d{0,8}$/, "a whole number of at least 1")
	.transform((text) => Math.min(Number(text), 100))
	.default(50)
	.meta({
		description: "The number of items per page; values above 100 mean 100.",
		openapi: { type: "integer", minimum: 1, default: 50, pattern: undefined },
	});

export const cursorParameter = z
	.string()
	.max(200)
	.optional()
	.meta({ description: "Where the page starts: a cursor from another page." });

export const pageQuery = z.object({ cursor: cursorParameter, limit: limitParameter });

const page = z
	.strictObject({ nextCursor: z.string().optional(), prevCursor: z.string().optional() })
	.meta({ id: "Page", description: "The cursors of adjacent pages; absent at the end of the list." });

/** A page of a list with the cursors of adjacent pages (OFSCP §6.2). */
export const listOf = <Item extends ZodType>(item: Item) => z.strictObject({ items: z.array(item), page });

export type Page = Wire<typeof page>;

/**
 * Makes a page of rows. The caller reads `limit + 1` rows, which shows whether another page follows.
 *
 * @param cursorOf the cursor of a row, after which the next page starts
 */
export function pageOf<Row, Item>(
	rows: readonly Row[],
	limit: number,
	cursorOf: (row: Row) => string,
	items: readonly Item[],
): { readonly items: readonly Item[]; readonly page: Page } {
	const last = rows[limit - 1];
	return { items, page: rows.length > limit && last !== undefined ? { nextCursor: cursorOf(last) } : {} };
}

/** A cursor contains only a position in an order, so a forged one reveals nothing that its reader may not read anyway. */
export function writeCursor(place: readonly [number, string]): string {
	return Buffer.from(JSON.stringify(place)).toString("base64url");
}

const place = z.tuple([z.int().min(0), z.string().max(100)]);

/** @throws {InvalidRequest} */
export function readCursor(cursor: string): readonly [number, string] {
	try {
		return place.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
	} catch {
		throw notACursor();
	}
}

export const notACursor = (): InvalidRequest =>
	new InvalidRequest([{ field: "cursor", expected: "a cursor of this list" }]);
