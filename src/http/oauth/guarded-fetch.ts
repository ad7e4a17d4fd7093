import type { Configuration } from "oidc-provider";
import type { HttpClient } from "#core/ports/http-client.ts";

/** Sends the library's own requests (for a client's keys, `jwks_uri`) through the guarded HTTP client. */
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
		// The `Response` constructor throws if one of these statuses comes with a body.
		const hasBody = status !== 204 && status !== 205 && status !== 304;
		return new Response(hasBody ? new Uint8Array(body) : null, { status, headers });
	};
