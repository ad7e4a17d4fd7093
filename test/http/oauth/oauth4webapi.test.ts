import test from "ava";
import * as oauth from "oauth4webapi";
import { createBrowser } from "../../support/browser-forms.ts";
import { goThrough, member, redirectUri, startScene } from "./scene.ts";

const http = { [oauth.allowInsecureRequests]: true };

test("a plain OAuth client discovers everything from the API's URL, and validates every response", async (t) => {
	const provider = await startScene();
	t.teardown(() => provider[Symbol.asyncDispose]());
	await member(provider, "jane");
	const { origin } = provider;

	const refused = await oauth
		.protectedResourceRequest("none", "GET", new URL(`${origin}/api/me`), undefined, undefined, http)
		.catch((error: unknown) => error as oauth.WWWAuthenticateChallengeError);
	t.true(refused instanceof oauth.WWWAuthenticateChallengeError);
	const [challenge] = (refused as oauth.WWWAuthenticateChallengeError).cause;
	const resource = new URL(challenge?.parameters.resource_metadata as string);
	t.is(resource.href, `${origin}/.well-known/oauth-protected-resource`);
	const described = await oauth.processResourceDiscoveryResponse(
		new URL(origin),
		await oauth.resourceDiscoveryRequest(new URL(origin), http),
	);
	const issuer = new URL(described.authorization_servers?.[0] as string);
	for (const algorithm of ["oidc", "oauth2"] as const)
		await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...http }));
	const server = await oauth.processDiscoveryResponse(
		issuer,
		await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...http }),
	);

	const client = await oauth.processDynamicClientRegistrationResponse(
		await oauth.dynamicClientRegistrationRequest(
			server,
			{ client_name: "Plain", redirect_uris: [redirectUri], token_endpoint_auth_method: "none" },
			http,
		),
	);
	const verifier = oauth.generateRandomCodeVerifier();
	const asked = new URL(server.authorization_endpoint as string);
	asked.search = new URLSearchParams({
		client_id: client.client_id,
		redirect_uri: redirectUri,
		response_type: "code",
		scope: "ofscp offline_access",
		state: "st",
		code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
		code_challenge_method: "S256",
	}).toString();
	const browser = createBrowser(origin);
	const { url } = await goThrough(browser, await browser.open(asked.href), "jane");
	const answer = oauth.validateAuthResponse(server, client, new URL(url), "st");
	const tokens = await oauth.processAuthorizationCodeResponse(
		server,
		client,
		await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), answer, redirectUri, verifier, http),
	);
	t.is(tokens.id_token, undefined, "openid was not asked for");
	const me = await oauth.protectedResourceRequest(
		tokens.access_token,
		"GET",
		new URL(`${origin}/api/me`),
		undefined,
		undefined,
		http,
	);
	t.is(((await me.json()) as { handle: string }).handle, "jane");
	const renewed = await oauth.processRefreshTokenResponse(
		server,
		client,
		await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token as string, http),
	);
	await oauth.processRevocationResponse(
		await oauth.revocationRequest(server, client, oauth.None(), renewed.refresh_token as string, http),
	);
	const after = await fetch(`${origin}/api/me`, { headers: { authorization: `Bearer ${renewed.access_token}` } });
	t.is(after.status, 401);
});
