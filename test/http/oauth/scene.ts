import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as client from "openid-client";
import { createAccount } from "#core/accounts/create-account.ts";
import { setPassword } from "#core/identity/credentials.ts";
import type { Account } from "#core/model/account.ts";
import { type Browser, createBrowser, type Page } from "../../support/browser-forms.ts";
import { type Running, startGateway } from "../../support/gateway.ts";

export const password = "correct horse battery staple";
export const redirectUri = "http://127.0.0.1:9/callback";
/** The redirect URI of a client on a web server. */
export const webRedirectUri = "https://otter.example/callback";
export const ofscpScope = "openid profile offline_access ofscp";

/** A provider for all tests of a file, in a temporary folder that is deleted with it. */
export async function startScene(env: Readonly<Record<string, string>> = {}): Promise<Running> {
	const folder = await mkdtemp(path.join(tmpdir(), "causeway-oauth-"));
	const running = await startGateway(folder, env);
	return {
		...running,
		async [Symbol.asyncDispose]() {
			await running[Symbol.asyncDispose]();
			await rm(folder, { recursive: true, force: true, maxRetries: 3 });
		},
	};
}

/** A local account with {@link password}. */
export async function member({ gateway: { context } }: Pick<Running, "gateway">, handle: string): Promise<Account> {
	const account = await createAccount(context, { handle });
	await setPassword(context, account.id, password);
	return account;
}

/** A public client, dynamically registered. */
export async function register(
	origin: string,
	metadata: Readonly<Record<string, unknown>> = {},
): Promise<client.Configuration> {
	return client.dynamicClientRegistration(
		new URL(origin),
		{
			client_name: "Otter",
			redirect_uris: [redirectUri],
			token_endpoint_auth_method: "none",
			...metadata,
		},
		undefined,
		{ execute: [client.allowInsecureRequests] },
	);
}

/** Like {@link register}, for a client on a web server, which may continue without a page once it has a grant. */
export const registerWeb = (origin: string): Promise<client.Configuration> =>
	register(origin, { redirect_uris: [webRedirectUri] });

/** What a client remembers while the user is in the browser. */
export interface Attempt {
	readonly url: URL;
	readonly state: string;
	readonly verifier: string;
}

/** Begins an authorization request. */
export async function begin(
	config: client.Configuration,
	parameters: Readonly<Record<string, string>> = {},
): Promise<Attempt> {
	const verifier = client.randomPKCECodeVerifier();
	const state = client.randomState();
	const url = client.buildAuthorizationUrl(config, {
		redirect_uri: redirectUri,
		scope: ofscpScope,
		code_challenge: await client.calculatePKCECodeChallenge(verifier),
		code_challenge_method: "S256",
		state,
		...parameters,
	});
	return { url, state, verifier };
}

/** Answers the login and consent pages until the browser is redirected to the client. */
export async function goThrough(
	browser: Browser,
	page: Page,
	name: string,
	answer: "yes" | "no" = "yes",
): Promise<Page> {
	for (let steps = 0; steps < 5 && !page.left; steps++) {
		if (page.text.includes('name="password"')) page = await browser.submit(page, "/login", { name, password });
		else if (page.text.includes('value="yes"')) page = await browser.submit(page, "/consent", { answer });
		else throw new Error(`Neither a login nor a consent page: ${page.url} (${page.status}) ${page.text}`);
	}
	return page;
}

/** Runs a whole authorization: logs in, consents, and returns the tokens. */
export async function authorize(
	origin: string,
	config: client.Configuration,
	name: string,
	{ browser = createBrowser(origin), ...parameters }: { browser?: Browser } & Readonly<Record<string, unknown>> = {},
) {
	const attempt = await begin(config, parameters as Record<string, string>);
	const page = await goThrough(browser, await browser.open(attempt.url.href), name);
	return redeem(config, attempt, page.url);
}

/** Exchanges the code in the callback URL for tokens. */
export const redeem = (config: client.Configuration, { state, verifier }: Attempt, callback: string) =>
	client.authorizationCodeGrant(config, new URL(callback), { expectedState: state, pkceCodeVerifier: verifier });

/** Sends a GET request to the API with a token. */
export const ask = (origin: string, token: string, path = "/api/me"): Promise<Response> =>
	fetch(origin + path, { headers: { authorization: `Bearer ${token}` } });
