import type { Context } from "koa";
import { UnsupportedMediaType } from "#core/errors.ts";
import { readBody } from "../base/body.ts";

const form = "application/x-www-form-urlencoded";
/** Fits into a request line. */
const maxBytes = 8 * 1024;
const paths: ReadonlySet<string> = new Set(["/oauth/authorize", "/oauth/logout"]);

/** True for a request that a client's page posted as a form, and that could also be sent with GET. */
export const isPosted = (ctx: Pick<Context, "method" | "path">): boolean =>
	ctx.method === "POST" && paths.has(ctx.path);

/**
 * Redirects a posted request to the same with GET, because browsers don't send our SameSite=Lax cookies with another site's
 * form. OpenID Connect Core §3.1.2.1 and RP-Initiated Logout §2 require both methods.
 *
 * @throws {UnsupportedMediaType} @throws {PayloadTooLarge}
 */
export async function redirectToGet(ctx: Context): Promise<void> {
	const bytes = await readBody(ctx.req, ctx.res, maxBytes);
	if (!ctx.is(form)) throw new UnsupportedMediaType(form);
	ctx.body = null;
	ctx.status = 303;
	ctx.set({
		"Cache-Control": "no-store",
		Location: `${ctx.path}?${new URLSearchParams(bytes.toString("utf8")).toString()}`,
	});
}
