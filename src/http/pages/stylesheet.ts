import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Middleware } from "koa";

const css = readFileSync(path.join(import.meta.dirname, "style.css"), "utf8");
const hash = createHash("sha256").update(css).digest("base64url").slice(0, 12);

/** Changes with what it says, so that it can be kept for ever. */
export const stylesheetUrl = `/assets/style.css?v=${hash}`;

export const stylesheet: Middleware = (ctx, next) => {
	if (ctx.path !== "/assets/style.css") return next();
	ctx.state.route = "GET /assets/style.css";
	const isCurrent = ctx.query.v === hash;
	ctx.set("Cache-Control", isCurrent ? "public, max-age=31536000, immutable" : "public, max-age=300");
	ctx.set("ETag", `"${hash}"`);
	ctx.body = css;
	ctx.type = "text/css; charset=utf-8";
	if (ctx.fresh) ctx.status = 304;
	return undefined;
};
