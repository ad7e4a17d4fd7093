import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context, Middleware } from "koa";
import { MethodNotAllowed, NotFound, Problem, TooManyRequests, Unavailable } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { signingKeys, signingKeysRevision } from "#core/identity/signing-keys.ts";
import type { HttpClient } from "#core/ports/http-client.ts";
import type { Door } from "../base/door.ts";
import { overloaded } from "../base/overloaded.ts";
import { stepAsideToReceive } from "../base/passes.ts";
import type { Instance } from "../base/services.ts";
import { tableDoor } from "../base/table-door.ts";
import type { RateLimits } from "../middleware/rate-limits.ts";
import { type BrowserSessions, createBrowserSessions } from "./browser-session.ts";
import { createClientDocuments } from "./client-documents.ts";
import { unhandledErrors, wrongUserCodes } from "./customise-provider.ts";
import { endpointsOf, isClientEndpoint } from "./endpoints.ts";
import { createInteractions, type Interactions } from "./interactions.ts";
import { lifetimes } from "./lifetimes.ts";

/** The authorization server, as the rest of the HTTP layer uses it. Its library is loaded when it is first needed. */
export interface OAuthDoor {
	/** Serves its endpoints below `/oauth` and its metadata below `/.well-known`. */
	door(rates: RateLimits): Door;
	/** The keys that sign its cookies; the surrounding Koa app must use the same. */
	readonly cookieKeys: readonly string[];
	readonly sessions: BrowserSessions;
	readonly interactions: Interactions;
}

export interface OAuthParts {
	readonly context: CoreContext;
	readonly http: HttpClient;
	readonly instance: Instance;
}

/** Endpoints where a secret or a code could be guessed. */
const guessable = new Set(
	["token", "introspect", "revoke", "device", "device_authorization"].map((endpoint) => `/oauth/${endpoint}`),
);
export function createOAuthDoor({ context, http, instance }: OAuthParts): OAuthDoor {
	const documents = createClientDocuments(context, http);
	const cookieKeys = [context.vault.fingerprint("cookies", "1")];
	const prefix = context.origin.startsWith("https:") ? (["__Host-", "__Secure-"] as const) : (["", ""] as const);
	const cookieNames = {
		session: `${prefix[0]}causeway_session`,
		interaction: `${prefix[1]}causeway_interaction`,
		resume: `${prefix[1]}causeway_resume`,
	};
	const library = () => import("./provider.ts");

	type Server = Awaited<ReturnType<typeof build>>;
	let current: { readonly rev: number; readonly server: Promise<Server> } | undefined;

	async function build() {
		const { createProvider } = await library();
		const { keys } = await signingKeys(context);
		const provider = createProvider({ context, http, instance, documents, keys, cookieKeys, cookieNames });
		return { provider, answer: provider.callback() as (req: IncomingMessage, res: ServerResponse) => Promise<void> };
	}

	/** Rebuilt when the keys have been rotated, by this process or by a command; its state is in the store. */
	async function server(): Promise<Server> {
		const rev = (await signingKeysRevision(context)) ?? (await signingKeys(context)).rev;
		if (current?.rev !== rev) {
			const next = { rev, server: build() };
			current = next;
			next.server.catch(() => {
				if (current === next) current = undefined;
			});
		}
		return current.server;
	}
	const provider = async () => (await server()).provider;

	const sessions = createBrowserSessions({
		context,
		provider,
		cookie: cookieNames.session,
		lifetime: lifetimes.session,
	});
	const interactions = createInteractions({
		context,
		provider,
		sessions,
		digestOf: async () => (await import("./interaction-policy.ts")).digestOf,
		grantLifetime: lifetimes.grant,
	});

	async function limit(ctx: Context, rates: RateLimits): Promise<void> {
		if (ctx.path === "/oauth/register") await rates.count(ctx, "register", ctx.ip);
		else await rates.count(ctx, "oauth", ctx.ip);
		if (guessable.has(ctx.path)) await rates.check("auth", ctx.ip);
	}

	return {
		cookieKeys,
		sessions,
		interactions,
		door(rates) {
			const table = tableDoor(
				"OAuth",
				"oauth",
				endpointsOf((ctx) => answer(ctx, rates)),
			);
			return {
				...table,
				answer: withOAuthErrors(table.answer),
				refusalOf: (_, path) =>
					isClientEndpoint(path) ? { type: "application/json", body: JSON.stringify(bodyOf(overloaded())) } : undefined,
			};
		},
	};

	async function answer(ctx: Context, rates: RateLimits): Promise<void> {
		ctx.state.route = `${ctx.method} ${ctx.path.replace(/^(\/oauth\/\w+)\/.*/, "$1/…")}`;
		if (!isClientEndpoint(ctx.path)) {
			ctx.remove("Access-Control-Allow-Origin");
			ctx.remove("Access-Control-Expose-Headers");
		}
		await limit(ctx, rates);
		const built = await server();
		// The library reads the body.
		stepAsideToReceive(ctx.req);
		await built.answer(ctx.req, ctx.res);
		if (unhandledErrors.has(ctx.req)) throw unhandledErrors.get(ctx.req);
		ctx.respond = false;
		const isGuess = wrongUserCodes.has(ctx.req) || (ctx.status === 401 && guessable.has(ctx.path));
		// This request has been answered already; only later ones can be rejected.
		if (isGuess) await rates.count(ctx, "auth", ctx.ip).catch(() => {});
	}
}

/** Answers problems of the endpoints for clients with OAuth errors, also when the method is wrong, whatever `Accept` prefers. */
const withOAuthErrors =
	(answer: Middleware): Middleware =>
	async (ctx, next) => {
		try {
			await answer(ctx, next);
		} catch (error) {
			// A path that does not exist is no endpoint of OAuth.
			if (!isClientEndpoint(ctx.path) || !(error instanceof Problem) || error instanceof NotFound) throw error;
			refuse(ctx, error);
		}
	};

/** Answers with an OAuth error (RFC 6749 §5.2). */
function refuse(ctx: Context, problem: Problem): void {
	ctx.status = problem.status;
	if (problem instanceof TooManyRequests || problem instanceof Unavailable)
		ctx.set("Retry-After", String(problem.retryAfterSeconds));
	if (problem instanceof MethodNotAllowed) ctx.set("Allow", problem.allow);
	ctx.set("Cache-Control", "no-store");
	ctx.body = bodyOf(problem);
}

function bodyOf({ status, message }: Problem) {
	const isOurs = status === 429 || status >= 500;
	return { error: isOurs ? "temporarily_unavailable" : "invalid_request", error_description: message };
}
