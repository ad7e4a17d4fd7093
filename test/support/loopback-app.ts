import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as oidc from "openid-client";

/** A program on the person's own machine that asks for rights in their browser (RFC 8252 §7.3), with openid-client as it is. */
export interface LoopbackApp extends AsyncDisposable {
	readonly redirectUri: string;
	/** Begins an authorization: where to send the browser. */
	begin(parameters?: Readonly<Record<string, string>>): Promise<URL>;
	/** Resolves when the browser has come back: with what the token endpoint gives for the code. */
	finish(): Promise<oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers>;
	/** Where the browser came back to. */
	returned(): Promise<URL>;
}

/** Registers at a provider, of which only the origin is known. */
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
