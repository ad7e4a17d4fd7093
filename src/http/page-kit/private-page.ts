import type { Context } from "koa";
import type { Html } from "./html.ts";

export interface Sent {
	readonly status?: number;
	/**
	 * Where a form of the page may lead in the end, beside our own pages: origins and schemes. Chromium holds every
	 * redirect that follows a form against `form-action`, so the client's must be named.
	 */
	readonly leadsTo?: readonly string[];
	/** True: the page has a script of ours. */
	readonly script?: boolean;
}

const source = /^(?:https?:\/\/[a-z0-9.-]+(?::\d{1,5})?|[a-z][a-z0-9+.-]*:)$/i;

/** A source as a policy can name it: an address in brackets has no name there, so its scheme stands for it. */
function sourceOf(target: string): string | undefined {
	if (source.test(target)) return target;
	return /^https?:\/\/\[/i.test(target) ? target.slice(0, target.indexOf(":") + 1) : undefined;
}

/** What a browser may do with a page that only one person is to see: nothing that leads elsewhere. */
export function privateHeaders(ctx: Context, { leadsTo = [], script = false }: Sent = {}): void {
	const formAction = ["'self'", ...leadsTo.map(sourceOf).filter((it) => it !== undefined)].join(" ");
	ctx.set({
		"Content-Security-Policy": [
			"default-src 'none'",
			"style-src 'self'",
			"img-src 'self' data:",
			...(script ? ["script-src 'self'", "connect-src 'self'"] : []),
			`form-action ${formAction}`,
			"frame-ancestors 'none'",
			"base-uri 'none'",
		].join("; "),
		"X-Frame-Options": "DENY",
		"Referrer-Policy": "no-referrer",
		"Cache-Control": "no-store",
		"Cross-Origin-Resource-Policy": "same-origin",
	});
	ctx.remove("Access-Control-Allow-Origin");
	ctx.remove("Access-Control-Expose-Headers");
}

/** Answers with a page that nobody keeps, frames, or learns of. */
export function sendPage(ctx: Context, page: Html, sent: Sent = {}): void {
	privateHeaders(ctx, sent);
	ctx.status = sent.status ?? 200;
	ctx.body = page.text;
	ctx.type = "text/html; charset=utf-8";
}

/** Leads on with a GET, whatever the method was. @param to a path of ours */
export function leadOn(ctx: Context, to: string): void {
	privateHeaders(ctx);
	ctx.status = 303;
	ctx.set("Location", to);
}
