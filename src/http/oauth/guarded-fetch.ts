import type { Configuration } from "oidc-provider";
import type { HttpClient } from "#core/ports/http-client.ts";

/** What the library fetches by itself (the keys of a client, `jwks_uri`), through the one way out of the provider. */
export const guardedFetch =
	(http: HttpClient): NonNullable<Configuration["fetch"]> =>
	async (url, options) => {
		const { status, headers, body } = await http.request({
			method: options?.method === "POST" ? "POST" : "GET",
			url: new URL(url),
			headers: Object.fromEntries(new Headers(options?.headers as Record<string, string> | undefined)),
			maxBytes: 64 * 1024,
			timeoutMs: 2500,
			...(options?.body instanceof URLSearchParams || typeof options?.body === "string"
				? { body: options.body.toString() }
				: {}),
		});
		// A response with a body may not have one of these statuses.
		const hasBody = status !== 204 && status !== 205 && status !== 304;
		return new Response(hasBody ? new Uint8Array(body) : null, { status, headers });
	};
