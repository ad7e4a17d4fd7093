import type { Context } from "koa";
import { UnsupportedMediaType } from "#core/errors.ts";
import { readBody } from "../base/body.ts";

const form = "application/x-www-form-urlencoded";
/** What fits the line of a request with some room to spare. */
const maxBytes = 8 * 1024;
const takes: ReadonlySet<string> = new Set(["/oauth/authorize", "/oauth/logout"]);

/** True for what a page of a client has sent in a form, and what may as well stand in an address. */
export const isPosted = (ctx: Pick<Context, "method" | "path">): boolean =>
	ctx.method === "POST" && takes.has(ctx.path);

/**
 * Lets the browser ask the same with GET (OpenID Connect Core §3.1.2.1 and RP-Initiated Logout §2 want both methods): with a
 * form of another site our cookies, which are SameSite=Lax, do not come along.
 *
 * @throws {UnsupportedMediaType} @throws {PayloadTooLarge}
 */
export async function askWithGet(ctx: Context): Promise<void> {
	const bytes = await readBody(ctx.req, ctx.res, maxBytes);
	if (!ctx.is(form)) throw new UnsupportedMediaType(form);
	ctx.body = null;
	ctx.status = 303;
	ctx.set({
		"Cache-Control": "no-store",
		Location: `${ctx.path}?${new URLSearchParams(bytes.toString("utf8")).toString()}`,
	});
}
