import type { Context } from "koa";
import type { Client, InteractionResults, Provider } from "oidc-provider";
import { Problem } from "#core/errors.ts";
import type { World } from "#core/events/world.ts";
import { passwordSince } from "#core/identity/credentials.ts";
import { saveRecord } from "#core/identity/oauth-records.ts";
import type { GrantedClient } from "#core/identity/oauth-sessions.ts";
import { type Scope, scopesNamed } from "#core/identity/scopes.ts";
import { accountOfSubject, subjectOf } from "#core/identity/subject.ts";
import type { Account } from "#core/model/account.ts";
import type { BrowserSessions } from "./browser-session.ts";
import { isLoopback } from "./redirect-policy.ts";

/** The program that asks for rights, as far as a person can be told of it. */
export interface AskingClient {
	readonly id: string;
	readonly name: string;
	/** Where it really is: a host, or the scheme of a program's own. What a client can't make up. */
	readonly host: string;
	/** https URL. */
	readonly uri?: string;
	/** Somebody vouches for it; of the clients that there are, which all register themselves, none. */
	readonly verified: boolean;
	/** It runs on the machine of the browser, where any program could ask in its name. */
	readonly loopback: boolean;
}

/** What a person is asked in the middle of an authorization. */
export interface Interaction {
	readonly uid: string;
	readonly prompt: "login" | "consent" | "select_account";
	readonly client: AskingClient;
	/** All that it asks for. */
	readonly scopes: readonly Scope[];
	/** Who is logged in. */
	readonly account?: Account;
	/** The name that the client expects (`login_hint`). */
	readonly loginHint?: string;
	/** Where the browser goes when all is answered: the origin, for `form-action` of the page's CSP. */
	readonly returnTo: string;
}

/** The question is answered, has expired, or is another browser's. */
export class InteractionGone extends Problem {
	readonly status = 400;
	readonly title = "This took too long";
	constructor() {
		super("interaction_gone", "Go back to the app and start again there");
	}
}

/** The steps of an authorization that need a person. Pages show them; each answer sends the browser on. */
export interface Interactions {
	/** @throws {InteractionGone} */
	details(ctx: Context): Promise<Interaction>;
	/** Answers with a redirect, as the others do. @param amr how they proved who they are (RFC 8176) */
	logIn(ctx: Context, account: Account, proof: { readonly amr: readonly string[] }): Promise<void>;
	/** They grant what is asked for. */
	consent(ctx: Context): Promise<void>;
	/** They don't: the client gets `access_denied`. */
	refuse(ctx: Context): Promise<void>;
	/** They want to log in as somebody else. */
	chooseAnother(ctx: Context): Promise<void>;
	/** They stay who they are (the answer to `select_account`). */
	keepAccount(ctx: Context): Promise<void>;
}

type Asked = Awaited<ReturnType<Provider["interactionDetails"]>>;

export interface InteractionParts {
	readonly world: World;
	/** Loads the library. */
	readonly provider: () => Promise<Provider>;
	readonly sessions: BrowserSessions;
	/** Of what somebody has seen of a client. */
	readonly digestOf: () => Promise<(client: Client) => string>;
	/** Seconds that a grant lasts. */
	readonly grantLifetime: number;
}

export function createInteractions(parts: InteractionParts): Interactions {
	const { world, sessions } = parts;

	async function asked(ctx: Context): Promise<{ server: Provider; it: Asked; client: Client }> {
		const server = await parts.provider();
		const it = await server.interactionDetails(ctx.req, ctx.res).catch((error: unknown) => {
			if ((error as { error?: unknown }).error === "invalid_request") throw new InteractionGone();
			throw error;
		});
		const client = await server.Client.find(String(it.params.client_id));
		const { redirect_uri: redirect } = it.params;
		// What it may be answered at can have changed while the person was reading.
		if (client === undefined || (typeof redirect === "string" && !client.redirectUriAllowed(redirect)))
			throw new InteractionGone();
		return { server, it, client };
	}

	async function answer(ctx: Context, result: InteractionResults, mergeWithLastSubmission = true): Promise<void> {
		const server = await parts.provider();
		leadOn(ctx, await server.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission }));
	}

	return {
		async details(ctx) {
			const { it, client } = await asked(ctx);
			const { params, session, prompt, uid } = it;
			const account = session?.accountId === undefined ? undefined : await accountOfSubject(world, session.accountId);
			const redirect = typeof params.redirect_uri === "string" ? params.redirect_uri : undefined;
			return {
				uid,
				prompt: prompt.name as Interaction["prompt"],
				client: asking(client, redirect),
				scopes: scopesNamed(typeof params.scope === "string" ? params.scope.split(" ") : []),
				...(account === undefined ? {} : { account }),
				...(typeof params.login_hint === "string" ? { loginHint: params.login_hint.slice(0, 320) } : {}),
				returnTo: redirect === undefined ? world.origin : originOf(redirect),
			};
		},
		async logIn(ctx, account, { amr }) {
			const { it } = await asked(ctx);
			const accountId = subjectOf(world, account);
			const before = await sessions.current(ctx);
			// The library would lead through a page of its own that logs the other one out.
			if (before !== undefined && before.account.id !== account.id) {
				await sessions.end(ctx);
				Object.assign(it, { session: undefined, grantId: undefined });
				await it.persist();
			}
			const ts = Math.floor(world.clock.now() / 1000);
			const password = await passwordSince(world, account.id);
			await answer(ctx, { login: { accountId, amr: [...amr], ts, password } }, false);
		},
		async consent(ctx) {
			const { server, it, client } = await asked(ctx);
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
			await saveRecord(world, "GrantedClient", grantId, {
				payload: { ...granted },
				bundle: grantId,
				expiresAt: world.clock.now() + parts.grantLifetime * 1000,
			});
			await answer(ctx, { consent: { grantId } });
		},
		async refuse(ctx) {
			await asked(ctx);
			await answer(ctx, { error: "access_denied", error_description: "The person has refused" }, false);
		},
		async chooseAnother(ctx) {
			const { it } = await asked(ctx);
			Object.assign(it, { prompt: { name: "login", reasons: ["another_account"], details: {} } });
			await it.persist();
			leadOn(ctx, `/oauth/interaction/${it.uid}`);
		},
		async keepAccount(ctx) {
			await asked(ctx);
			await answer(ctx, { select_account: {} });
		},
	};
}

function leadOn(ctx: Context, to: string): void {
	ctx.status = 303;
	ctx.set("Location", to);
	ctx.set("Cache-Control", "no-store");
	ctx.body = "";
}

/** As the client calls itself; whoever shows it says where it really is, too. */
const nameOf = (client: Client): string =>
	(client.clientName ?? client.clientId).replaceAll(/[\p{Cc}\p{Cf}]/gu, "").slice(0, 100) || client.clientId;

function asking(client: Client, redirect: string | undefined): AskingClient {
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

/** Where a redirect leads, as a policy can name it: an origin, or a scheme of a program's own. */
export function originOf(uri: string): string {
	const { origin, protocol } = new URL(uri);
	return origin === "null" ? protocol : origin;
}
