import type { Context } from "koa";
import { cleanTextExpected, isCleanText } from "#core/clean-text.ts";
import { InvalidRequest, UnsupportedMediaType } from "#core/errors.ts";
import { readBody } from "../base/body.ts";

/** The largest form of our own pages is a passkey with its attestation statement. */
const maxBytes = 64 * 1024;

/** The fields of a form. */
export interface Form {
	/** The value of a field; empty if it was not sent. */
	text(name: string): string;
	has(name: string): boolean;
}

/**
 * Reads a URL-encoded form.
 *
 * @throws {UnsupportedMediaType} @throws {PayloadTooLarge}
 * @throws {InvalidRequest} a field was sent twice, or contains NUL
 */
export async function readForm(ctx: Context): Promise<Form> {
	const bytes = await readBody(ctx.req, ctx.res, maxBytes);
	if (!ctx.is("application/x-www-form-urlencoded")) throw new UnsupportedMediaType("application/x-www-form-urlencoded");
	const fields = new Map<string, string>();
	for (const [name, value] of new URLSearchParams(bytes.toString("utf8"))) {
		if (fields.has(name)) throw new InvalidRequest([{ field: name, expected: "one value" }]);
		if (!isCleanText(value)) throw new InvalidRequest([{ field: name, expected: cleanTextExpected }]);
		fields.set(name, value);
	}
	return { text: (name) => fields.get(name) ?? "", has: (name) => fields.has(name) };
}
