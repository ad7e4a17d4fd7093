import type { Context, Middleware } from "koa";
import type { Services } from "../base/services.ts";
import type { Endpoint } from "../base/table-door.ts";
import type { RateLimits } from "../middleware/rate-limits.ts";
import type { BrowserSession } from "../oauth/browser-session.ts";
import { checkCsrf, csrfToken, ForgedForm } from "../page-kit/csrf.ts";
import { fillInPlain } from "../page-kit/fill-in.ts";
import type { Frame } from "../page-kit/frame.ts";
import { renderNotice } from "../page-kit/notice-page.ts";
import { seeOther, sendPage } from "../page-kit/private-page.ts";
import { type Form, readForm } from "../page-kit/read-form.ts";
import { texts } from "../page-kit/texts.ts";
import type { PageServices } from "./services.ts";

/** A request for a page, counted against its limit; a posted form has been read, and its CSRF token checked. */
export interface PageCall {
	readonly ctx: Context;
	readonly frame: Frame;
	/** Empty for a GET. */
	readonly form: Form;
	readonly params: Readonly<Record<string, string>>;
}

/** A request with a session. */
export interface SignedInCall extends PageCall {
	readonly session: BrowserSession;
}

export interface PageRoute {
	readonly method: "GET" | "POST";
	readonly path: string;
	readonly handle: (call: PageCall) => Promise<void>;
}

const noForm: Form = { text: () => "", has: () => false };

/** A route of a table of pages. */
export const page = (method: PageRoute["method"], path: string, handle: PageRoute["handle"]): PageRoute => ({
	method,
	path,
	handle,
});

/** A page that needs a session: without one, the browser is redirected to `/login` and comes back afterwards. */
export const signedInPage =
	({ oauth }: Pick<PageServices, "oauth">) =>
	(method: PageRoute["method"], path: string, handle: (call: SignedInCall) => Promise<void>): PageRoute =>
		page(method, path, async (call) => {
			const session = await oauth.sessions.current(call.ctx);
			if (session !== undefined) return handle({ ...call, session });
			const back = method === "GET" ? path : "/account";
			seeOther(call.ctx, `/login?return=${encodeURIComponent(back)}`);
		});

/**
 * The endpoints for a table of pages. A path that only accepts posted forms is not a page: GET redirects to the page with the
 * form.
 */
export function pageEndpoints(
	table: readonly PageRoute[],
	{ context, instance }: Pick<Services, "context" | "instance">,
	rates: RateLimits,
): readonly Endpoint[] {
	const pages = new Set(table.filter(({ method }) => method === "GET").map(({ path }) => path));
	return table.flatMap((line) => [
		{ method: line.method, path: line.path, answer: run(line) },
		...(pages.has(line.path) ? [] : [{ method: "GET" as const, path: line.path, answer: redirectToPage(line.path) }]),
	]);

	/** The nearest page at a route's path or above it, with the parameters of the requested path filled in. */
	function pageAbove(path: string, requested: string): string {
		for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf("/")))
			if (pages.has(at)) return requested.split("/").slice(0, at.split("/").length).join("/");
		return "/";
	}

	function redirectToPage(path: string): Middleware {
		return (ctx) => {
			ctx.state.route = `GET ${path}`;
			seeOther(ctx, pageAbove(path, ctx.path));
		};
	}

	function run({ method, path, handle }: PageRoute): Middleware {
		return async (ctx) => {
			ctx.state.route = `${method} ${path}`;
			await rates.count(ctx, method === "GET" ? "read" : "manage", ctx.ip);
			const form = method === "GET" ? noForm : await readForm(ctx);
			const frame = { instance, domain: context.domain, csrf: csrfToken(ctx, context.origin) };
			const { params } = ctx as unknown as { params: Record<string, string> };
			try {
				if (method === "POST") checkCsrf(ctx, form, context.origin);
				await handle({ ctx, frame, form, params });
			} catch (error) {
				if (!(error instanceof ForgedForm)) throw error;
				const text = `${error.message} ${fillInPlain(texts.form.forgedHint, { domain: context.domain })}`;
				const link = { to: pageAbove(path, ctx.path), label: texts.form.back };
				sendPage(ctx, renderNotice(frame, { title: error.title, text, link }), { status: error.status });
			}
		};
	}
}
