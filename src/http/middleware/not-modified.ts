import type { Middleware } from "koa";
import { matches } from "../base/conditional.ts";

/** Answers 304 when the client already has this version of a response. Responses without `ETag` are left as they are. */
export const notModified: Middleware = async (ctx, next) => {
	await next();
	if ((ctx.method !== "GET" && ctx.method !== "HEAD") || ctx.status !== 200) return;
	const etag = ctx.response.get("ETag");
	if (etag === "" || !matches(ctx.get("If-None-Match"), etag)) return;
	ctx.body = null;
	ctx.status = 304;
};
