import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Middleware } from "koa";

export interface Asset {
	/** Changes with what the file says, so that a browser may keep it for ever. */
	readonly url: string;
	readonly hash: string;
	readonly type: string;
	readonly text: string;
}

function asset(name: string, type: string): Asset {
	const text = readFileSync(path.join(import.meta.dirname, name), "utf8");
	const hash = createHash("sha256").update(text).digest("base64url").slice(0, 12);
	return { url: `/assets/${name}?v=${hash}`, hash, type, text };
}

export const stylesheet = asset("style.css", "text/css; charset=utf-8");
/** What forms and the pages around them need beside it. */
export const formStylesheet = asset("forms.css", "text/css; charset=utf-8");
export const icon = asset("icon.svg", "image/svg+xml");
/** The one script: browsers give passkeys to scripts only. */
export const passkeyScript = asset("passkeys.js", "text/javascript; charset=utf-8");

const byPath = new Map([stylesheet, formStylesheet, icon, passkeyScript].map((file) => [file.url.split("?")[0], file]));

/** The files that pages are made with. */
export const assets: Middleware = (ctx, next) => {
	const file = byPath.get(ctx.path);
	if (file === undefined) return next();
	ctx.state.route = "GET /assets/…";
	ctx.set("Cache-Control", ctx.query.v === file.hash ? "public, max-age=31536000, immutable" : "public, max-age=300");
	ctx.set("ETag", `"${file.hash}"`);
	ctx.body = file.text;
	ctx.type = file.type;
	if (ctx.fresh) ctx.status = 304;
	return undefined;
};
