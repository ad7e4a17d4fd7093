import type { Middleware } from "koa";
import { matches } from "../base/conditional.ts";

/** Answers 304 without a body to a client that has the version of an answer already. Answers without `ETag` pass. */
export const notModified: Middleware = async (ctx, next) => {
	await next();
	if ((ctx.method !== "GET" && ctx.method !== "HEAD") || ctx.status !== 200) return;
	const etag = ctx.response.get("ETag");
	if (etag === "" || !matches(ctx.get("If-None-Match"), etag)) return;
	ctx.body = null;
	ctx.status = 304;
};
