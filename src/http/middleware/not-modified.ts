import type { Context, Middleware } from "koa";
import { matches } from "../base/conditional.ts";

/** Whether the client already has this version of a response. */
export function hasVersion(ctx: Context): boolean {
	if ((ctx.method !== "GET" && ctx.method !== "HEAD") || ctx.status !== 200) return false;
	// Koa's type says that an absent header is empty; it is undefined.
	const etag = (ctx.response.get("ETag") as string | undefined) ?? "";
	return etag !== "" && matches(ctx.get("If-None-Match"), etag);
}

/** Answers 304 when the client already has this version of a response. Responses without `ETag` are left as they are. */
export const notModified: Middleware = async (ctx, next) => {
	await next();
	if (ctx.headerSent || !hasVersion(ctx)) return;
	ctx.body = null;
	ctx.status = 304;
};
