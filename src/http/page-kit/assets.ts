import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { sendPublic } from "../base/compressed.ts";
import type { Endpoint } from "../base/table-door.ts";

export interface Asset {
	/** Changes with the content of the file, so that browsers may cache it indefinitely. */
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
/** The additional styles of pages with forms. */
export const formStylesheet = asset("forms.css", "text/css; charset=utf-8");
export const icon = asset("icon.svg", "image/svg+xml");
/** The only script: passkeys are available to scripts only. */
export const passkeyScript = asset("passkeys.js", "text/javascript; charset=utf-8");

/** The endpoints that serve stylesheets, the icon and the script. */
export const assetEndpoints: readonly Endpoint[] = [stylesheet, formStylesheet, icon, passkeyScript].map(
	({ url, hash, text, type }) => ({
		method: "GET",
		path: url.split("?")[0] as string,
		async answer(ctx) {
			ctx.state.route = "GET /assets/…";
			ctx.set("Cache-Control", ctx.query.v === hash ? "public, max-age=31536000, immutable" : "public, max-age=300");
			await sendPublic(ctx, text, type);
		},
	}),
);
