import type { Context, Middleware } from "koa";
import { matches } from "../base/conditional.ts";

/** True when the client has the version of an answer already. */
export function hasVersion(ctx: Context): boolean {
	if ((ctx.method !== "GET" && ctx.method !== "HEAD") || ctx.status !== 200) return false;
	const etag = ctx.response.get("ETag");
	return etag !== "" && matches(ctx.get("If-None-Match"), etag);
}

/** Answers 304 without a body to a client that has the version of an answer already. Answers without `ETag` pass. */
export const notModified: Middleware = async (ctx, next) => {
	await next();
	if (ctx.headerSent || !hasVersion(ctx)) return;
	ctx.body = null;
	ctx.status = 304;
};
