import type { Configuration } from "oidc-provider";
import type { HttpClient } from "#core/ports/http-client.ts";
import { isTemporary, mayPass, unavailableNow } from "./unavailable.ts";

/**
 * Sends the library's own requests (for a client's keys, `jwks_uri`) through the guarded HTTP client. Keys that can't be fetched now are
 * not wrong keys, so that the error says so.
 */
export const guardedFetch =
	(http: HttpClient): NonNullable<Configuration["fetch"]> =>
	async (given, options) => {
		const url = new URL(given);
		const request = http.request({
			method: options?.method === "POST" ? "POST" : "GET",
			url,
			headers: Object.fromEntries(new Headers(options?.headers as Record<string, string> | undefined)),
			maxBytes: 64 * 1024,
			timeoutMs: 2500,
			...(options?.body instanceof URLSearchParams || typeof options?.body === "string"
				? { body: options.body.toString() }
				: {}),
		});
		const { status, headers, body } = await request.catch((error: unknown) => {
			throw mayPass(error) ? unavailableNow(url.href) : error;
		});
		if (isTemporary(status)) throw unavailableNow(url.href);
		// The `Response` constructor throws if one of these statuses comes with a body.
		const hasBody = status !== 204 && status !== 205 && status !== 304;
		return new Response(hasBody ? new Uint8Array(body) : null, { status, headers });
	};
