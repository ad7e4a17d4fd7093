import type { Context } from "koa";
import type { Html } from "./html.ts";

export interface PageOptions {
	readonly status?: number;
	/**
	 * Origins and schemes, besides our own, to which a form of the page may redirect. Chromium checks redirects after a form
	 * against `form-action`, so the client's redirect URI must be listed.
	 */
	readonly formTargets?: readonly string[];
	/** True if the page has a script. */
	readonly script?: boolean;
}

const source = /^(?:https?:\/\/[a-z0-9.-]+(?::\d{1,5})?|[a-z][a-z0-9+.-]*:)$/i;

/** The CSP source for an origin or a scheme. CSP can't express IPv6 addresses, so their scheme is allowed instead. */
function sourceOf(target: string): string | undefined {
	if (source.test(target)) return target;
	return /^https?:\/\/\[/i.test(target) ? target.slice(0, target.indexOf(":") + 1) : undefined;
}

/** Headers of a page for one person: not cached, not framed, nothing from other origins. */
export function privateHeaders(ctx: Context, { formTargets = [], script = false }: PageOptions = {}): void {
	const formAction = ["'self'", ...formTargets.map(sourceOf).filter((it) => it !== undefined)].join(" ");
	ctx.set({
		"Content-Security-Policy": [
			"default-src 'none'",
			"style-src 'self'",
			"img-src 'self'",
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

/** Answers with a page for one person. */
export function sendPage(ctx: Context, page: Html, options: PageOptions = {}): void {
	privateHeaders(ctx, options);
	ctx.status = options.status ?? 200;
	ctx.body = page.text;
	ctx.type = "text/html; charset=utf-8";
}

/** Redirects with 303, so that the browser follows with GET. @param to a path on our origin */
export function seeOther(ctx: Context, to: string): void {
	privateHeaders(ctx);
	ctx.status = 303;
	ctx.set("Location", to);
}
