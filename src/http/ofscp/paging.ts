import { z } from "zod";
import { InvalidRequest } from "#core/errors.ts";

/** The size of a page: more than 100 is taken for 100 (OFSCP §6.2). */
export const limitParameter = z
	.string()
	.regex(/^[1-9]\d{0,8}$/, "a whole number from 1 on")
	.transform((text) => Math.min(Number(text), 100))
	.default(50);

/** A list and the cursors by which it goes on; at an end the cursor is absent. */
export interface Paged<T> {
	readonly items: readonly T[];
	readonly page: { readonly nextCursor?: string; readonly prevCursor?: string };
}

/**
 * Makes a page of rows of which one more than `limit` was read, to know whether there are more.
 *
 * @param cursorOf the cursor behind which a page starts
 */
export function pageOf<Row, T>(
	rows: readonly Row[],
	limit: number,
	cursorOf: (row: Row) => string,
	items: readonly T[],
): Paged<T> {
	const last = rows[limit - 1];
	return { items, page: rows.length > limit && last !== undefined ? { nextCursor: cursorOf(last) } : {} };
}

/** A cursor that is a place in an order and nothing else: who forges one moves within what they may read anyway. */
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
