import type { IncomingMessage } from "node:http";
import type { KoaContextWithOIDC, Provider } from "oidc-provider";
import type { CoreContext } from "#core/events/context.ts";
import { etagOf } from "../base/conditional.ts";
import { notModified } from "../middleware/not-modified.ts";
import { originOf } from "./interactions.ts";
import { isPosted, redirectToGet } from "./posted-requests.ts";
import { temporaryReason } from "./unavailable.ts";

/** Errors by request that the library does not handle, to be answered like any other error. */
export const unhandledErrors = new WeakMap<IncomingMessage, unknown>();

/** Requests that entered an invalid user code of a device. */
export const wrongUserCodes = new WeakSet<IncomingMessage>();

const publicDocuments: ReadonlySet<string | undefined> = new Set(["discovery", "jwks"]);

/** The library's events for failed requests of clients. Whatever is temporary among them is 503, also if the library takes it for a wrong key. */
const failures = [
	"server_error",
	"authorization.error",
	"device_authorization.error",
	"grant.error",
	"introspection.error",
	"revocation.error",
] as const;

/** Changes the library's responses where its configuration doesn't allow it. */
export function customiseProvider(provider: Provider, context: CoreContext): void {
	// The public origin counts, not the Host header nor the connection from a reverse proxy.
	const { host, protocol } = new URL(context.origin);
	Object.defineProperties(provider.request, {
		host: { get: () => host },
		protocol: { get: () => protocol.slice(0, -1) },
	});

	const koa: Pick<NodeJS.EventEmitter, "on"> = provider;
	koa.on("error", (error: unknown) => context.logger.warn({ err: error }, "An OAuth response was aborted"));
	provider.on("server_error", (ctx, error) => {
		context.logger.error({ err: error, path: ctx.path }, "An OAuth request failed");
	});
	for (const event of failures)
		(provider as Pick<NodeJS.EventEmitter, "on">).on(event, (ctx: KoaContextWithOIDC, error: unknown) => {
			const reason = temporaryReason(error);
			if (reason === undefined) return;
			ctx.status = reason.status;
			ctx.remove("WWW-Authenticate");
			ctx.set("Retry-After", String(reason.retryAfterSeconds));
			ctx.body = { error: "temporarily_unavailable", error_description: reason.message };
		});

	provider.use(notModified as Parameters<typeof provider.use>[0]);
	provider.use(async (ctx, next) => {
		// A user code in a link prefills the form; the library would submit it by a script.
		if (ctx.method === "GET" && ctx.path === "/oauth/device" && ctx.query.user_code !== undefined) {
			ctx.state.userCode = ctx.query.user_code;
			ctx.query = {};
		}
		// The library's one page with a script, which submits a form at once, adds the script's hash.
		ctx.set("Content-Security-Policy", policy("'none'"));
		try {
			await (isPosted(ctx) ? redirectToGet(ctx) : next());
		} catch (error) {
			unhandledErrors.set(ctx.req, error);
			ctx.respond = false;
			return;
		}
		// A rotated key stays published for longer than this.
		if (publicDocuments.has(ctx.oidc?.route) && ctx.status === 200) {
			ctx.set("Cache-Control", "public, max-age=3600");
			ctx.etag = etagOf(ctx.body);
		}
		const target = ctx.oidc?.params?.redirect_uri;
		const csp = ctx.response.get("Content-Security-Policy");
		if (csp.includes("form-action 'none'") && ctx.response.is("html") === "html") {
			const to = typeof target === "string" && URL.canParse(target) ? ` ${originOf(target)}` : "";
			ctx.set("Content-Security-Policy", csp.replace("form-action 'none'", `form-action 'self'${to}`));
		}
		if (ctx.oidc?.route === "token" && ctx.status === 200 && ctx.oidc.account !== undefined)
			(ctx.body as Record<string, unknown>).activitypub_actor_id = ctx.oidc.account.accountId;
	});
}

const policy = (formAction: string): string =>
	`default-src 'none'; script-src 'self'; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`;
