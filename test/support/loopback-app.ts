import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as oidc from "openid-client";

/** A native app that authorizes through the user's browser with a loopback redirect (RFC 8252 §7.3), using openid-client. */
export interface LoopbackApp extends AsyncDisposable {
	readonly redirectUri: string;
	/** Begins an authorization. Resolves with the address for the browser. */
	begin(parameters?: Readonly<Record<string, string>>): Promise<URL>;
	/** Waits for the redirect and exchanges the code for tokens. */
	finish(): Promise<oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers>;
	/** Resolves with the address that the browser was redirected to. */
	returned(): Promise<URL>;
}

/** Registers at a provider, knowing only its origin. */
export async function startLoopbackApp(origin: string, name = "Tern"): Promise<LoopbackApp> {
	let arrived = Promise.withResolvers<URL>();
	const server = createServer((request, response) => {
		response.setHeader("Content-Type", "text/html; charset=utf-8");
		response.end("<!doctype html><html lang=en><title>Back in the app</title><p>You can close this window.");
		const url = new URL(request.url ?? "/", redirectUri);
		if (url.pathname === "/callback") arrived.resolve(url);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
	const config = await oidc.dynamicClientRegistration(
		new URL(origin),
		{
			client_name: name,
			redirect_uris: [redirectUri],
			application_type: "native",
			grant_types: ["authorization_code", "refresh_token"],
			response_types: ["code"],
			token_endpoint_auth_method: "none",
		},
		oidc.None(),
		{ execute: [oidc.allowInsecureRequests] },
	);
	let checks: { pkceCodeVerifier: string; expectedState: string } | undefined;
	return {
		redirectUri,
		async begin(parameters = {}) {
			arrived = Promise.withResolvers<URL>();
			const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
			const expectedState = oidc.randomState();
			checks = { pkceCodeVerifier, expectedState };
			return oidc.buildAuthorizationUrl(config, {
				redirect_uri: redirectUri,
				scope: "openid profile offline_access ofscp",
				prompt: "consent",
				code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
				code_challenge_method: "S256",
				state: expectedState,
				...parameters,
			});
		},
		returned: () => arrived.promise,
		async finish() {
			return oidc.authorizationCodeGrant(config, await arrived.promise, checks);
		},
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
