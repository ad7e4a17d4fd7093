import type { Context } from "koa";
import { InvalidRequest, UnsupportedMediaType } from "#core/errors.ts";
import { readBody } from "../base/body.ts";

/** Of a form. The largest that our own pages send is a passkey with the statement of its maker. */
const maxBytes = 64 * 1024;

/** The fields of a form, each once; one that was not sent is empty. */
export interface Form {
	text(name: string): string;
	has(name: string): boolean;
}

/**
 * Reads a form as browsers send it without files.
 *
 * @throws {UnsupportedMediaType} @throws {PayloadTooLarge}
 * @throws {InvalidRequest} a field was sent twice
 */
export async function readForm(ctx: Context): Promise<Form> {
	const bytes = await readBody(ctx.req, ctx.res, maxBytes);
	if (!ctx.is("application/x-www-form-urlencoded")) throw new UnsupportedMediaType("application/x-www-form-urlencoded");
	const fields = new Map<string, string>();
	for (const [name, value] of new URLSearchParams(bytes.toString("utf8"))) {
		if (fields.has(name)) throw new InvalidRequest([{ field: name, expected: "one value" }]);
		fields.set(name, value);
	}
	return { text: (name) => fields.get(name) ?? "", has: (name) => fields.has(name) };
}
