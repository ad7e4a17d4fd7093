import type { Context } from "koa";
import type { Client, InteractionResults, Provider } from "oidc-provider";
import { cleanName } from "#core/clean-text.ts";
import { Problem } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { passwordSince } from "#core/identity/credentials.ts";
import { saveRecord } from "#core/identity/oauth-records.ts";
import type { GrantedClient } from "#core/identity/oauth-sessions.ts";
import { type Scope, scopesNamed } from "#core/identity/scopes.ts";
import { accountOfSubject, subjectOf } from "#core/identity/subject.ts";
import type { Account } from "#core/model/account.ts";
import type { BrowserSessions } from "./browser-session.ts";
import { isLoopback } from "./redirect-policy.ts";
import { temporaryReason } from "./unavailable.ts";

/** The client that requests authorization, as its pages describe it. */
export interface RequestingClient {
	readonly id: string;
	readonly name: string;
	/** The host of the client, or its private-use URI scheme: the part that it can't forge. */
	readonly host: string;
	/** https URL. */
	readonly uri?: string;
	/** True if the provider vouches for the client. Always false so far, because all clients register themselves. */
	readonly verified: boolean;
	/** True for a loopback redirect URI, which any program on the browser's machine could use. */
	readonly loopback: boolean;
}

/** A step of an authorization that the end user must answer. */
export interface Interaction {
	readonly uid: string;
	readonly prompt: "login" | "consent" | "select_account";
	readonly client: RequestingClient;
	/** The requested scopes. */
	readonly scopes: readonly Scope[];
	/** The account that is logged in. */
	readonly account?: Account;
	/** The expected handle or e-mail address (`login_hint`). */
	readonly loginHint?: string;
	/** The origin of the redirect URI, for `form-action` in the page's CSP. */
	readonly returnTo: string;
}

/** The interaction was answered already, has expired, or belongs to another browser. */
export class InteractionGone extends Problem {
	readonly status = 400;
	readonly title = "This took too long";
	constructor() {
		super("interaction_gone", "Go back to the app and start again there");
	}
}

/** The end user's part of an authorization. Pages show the interaction; each answer redirects the browser. */
export interface Interactions {
	/** @throws {InteractionGone} */
	details(ctx: Context): Promise<Interaction>;
	/** The user has logged in. @param amr the authentication methods (RFC 8176) */
	logIn(ctx: Context, account: Account, proof: { readonly amr: readonly string[] }): Promise<void>;
	/** The user grants the requested scopes. */
	consent(ctx: Context): Promise<void>;
	/** The user denies the request: the client gets `access_denied`. */
	deny(ctx: Context): Promise<void>;
	/** The user wants to log in with another account. */
	switchAccount(ctx: Context): Promise<void>;
	/** The user continues with the current account (the answer to `select_account`). */
	keepAccount(ctx: Context): Promise<void>;
}

type Details = Awaited<ReturnType<Provider["interactionDetails"]>>;

export interface InteractionParts {
	readonly context: CoreContext;
	/** Loads the library when it is first needed. */
	readonly provider: () => Promise<Provider>;
	readonly sessions: BrowserSessions;
	/** The digest of what the consent page shows about a client. */
	readonly digestOf: () => Promise<(client: Client) => string>;
	/** Seconds. */
	readonly grantLifetime: number;
}

export function createInteractions(parts: InteractionParts): Interactions {
	const { context, sessions } = parts;

	async function pending(ctx: Context): Promise<{ server: Provider; it: Details; client: Client }> {
		const server = await parts.provider();
		const it = await server.interactionDetails(ctx.req, ctx.res).catch((error: unknown) => {
			if ((error as { error?: unknown }).error === "invalid_request") throw new InteractionGone();
			throw error;
		});
		const client = await server.Client.find(String(it.params.client_id)).catch((error: unknown) => {
			throw temporaryReason(error) ?? error;
		});
		const { redirect_uri: redirect } = it.params;
		// The client's redirect URIs may have changed while the page was open.
		if (client === undefined || (typeof redirect === "string" && !client.redirectUriAllowed(redirect)))
			throw new InteractionGone();
		return { server, it, client };
	}

	async function answer(ctx: Context, result: InteractionResults, mergeWithLastSubmission = true): Promise<void> {
		const server = await parts.provider();
		seeOther(ctx, await server.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission }));
	}

	return {
		async details(ctx) {
			const { it, client } = await pending(ctx);
			const { params, session, prompt, uid } = it;
			const account = session?.accountId === undefined ? undefined : await accountOfSubject(context, session.accountId);
			const redirect = typeof params.redirect_uri === "string" ? params.redirect_uri : undefined;
			return {
				uid,
				prompt: prompt.name as Interaction["prompt"],
				client: describeClient(client, redirect),
				scopes: scopesNamed(typeof params.scope === "string" ? params.scope.split(" ") : []),
				...(account === undefined ? {} : { account }),
				...(typeof params.login_hint === "string" ? { loginHint: cleanName(params.login_hint.slice(0, 320)) } : {}),
				returnTo: redirect === undefined ? context.origin : originOf(redirect),
			};
		},
		async logIn(ctx, account, { amr }) {
			const { it } = await pending(ctx);
			const accountId = subjectOf(context, account);
			const before = await sessions.current(ctx);
			// Otherwise the library would show a page of its own to log the other account out.
			if (before !== undefined && before.account.id !== account.id) {
				await sessions.end(ctx);
				Object.assign(it, { session: undefined, grantId: undefined });
				await it.persist();
			}
			const ts = Math.floor(context.clock.now() / 1000);
			const password = await passwordSince(context, account.id);
			await answer(ctx, { login: { accountId, amr: [...amr], ts, password } }, false);
		},
		async consent(ctx) {
			const { server, it, client } = await pending(ctx);
			if (it.session === undefined) throw new InteractionGone();
			const { accountId } = it.session;
			const known = it.grantId === undefined ? undefined : await server.Grant.find(it.grantId);
			const grant = known ?? new server.Grant({ accountId, clientId: client.clientId });
			const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = it.prompt.details as {
				missingOIDCScope?: string[];
				missingOIDCClaims?: string[];
				missingResourceScopes?: Record<string, string[]>;
			};
			if (missingOIDCScope !== undefined) grant.addOIDCScope(missingOIDCScope.join(" "));
			if (missingOIDCClaims !== undefined) grant.addOIDCClaims(missingOIDCClaims);
			for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {}))
				grant.addResourceScope(resource, scopes.join(" "));
			const grantId = await grant.save();
			const granted: GrantedClient = {
				name: nameOf(client),
				digest: (await parts.digestOf())(client),
			};
			await saveRecord(context, "GrantedClient", grantId, {
				payload: { ...granted },
				bundle: grantId,
				expiresAt: context.clock.now() + parts.grantLifetime * 1000,
			});
			await answer(ctx, { consent: { grantId } });
		},
		async deny(ctx) {
			await pending(ctx);
			await answer(ctx, { error: "access_denied", error_description: "The user denied the request" }, false);
		},
		async switchAccount(ctx) {
			const { it } = await pending(ctx);
			Object.assign(it, { prompt: { name: "login", reasons: ["another_account"], details: {} } });
			await it.persist();
			seeOther(ctx, `/oauth/interaction/${it.uid}`);
		},
		async keepAccount(ctx) {
			await pending(ctx);
			await answer(ctx, { select_account: {} });
		},
	};
}

function seeOther(ctx: Context, to: string): void {
	ctx.status = 303;
	ctx.set("Location", to);
	ctx.set("Cache-Control", "no-store");
	ctx.body = "";
}

/** The client's own, unverified name, without invisible characters. Always show it together with `host`. */
export const nameOf = ({ clientName, clientId }: Pick<Client, "clientId" | "clientName">): string =>
	cleanName((clientName ?? "").slice(0, 400))
		.slice(0, 100)
		.toWellFormed() || clientId;

function describeClient(client: Client, redirect: string | undefined): RequestingClient {
	const { clientId: id, clientUri: uri } = client;
	const where = /^https?:/.test(id) ? id : (redirect ?? client.redirectUris?.[0] ?? uri);
	const url = where === undefined ? undefined : new URL(where);
	return {
		id,
		name: nameOf(client),
		host: url === undefined ? nameOf(client) : url.host === "" ? url.protocol : url.host,
		...(uri !== undefined && uri.startsWith("https:") ? { uri } : {}),
		verified: false,
		loopback: redirect !== undefined && isLoopback(redirect),
	};
}

/** The CSP source for a redirect URI: its origin, or its private-use scheme. */
export function originOf(uri: string): string {
	const { origin, protocol } = new URL(uri);
	return origin === "null" ? protocol : origin;
}
