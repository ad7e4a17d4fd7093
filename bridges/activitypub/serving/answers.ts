import { createHash } from "node:crypto";
import type { BridgeRequest, BridgeResponse } from "#bridge-kit";
import { ACTIVITY_JSON } from "../vocabulary.ts";

/** The same error codes as in the provider's own problems. */
const codes: Readonly<Record<number, string>> = {
	400: "invalid_request",
	401: "invalid_signature",
	403: "permission_denied",
	404: "not_found",
	405: "method_not_allowed",
	410: "gone",
	413: "payload_too_large",
	415: "unsupported_media_type",
	503: "unavailable",
};

/** A problem document (RFC 9457). `detail` is meant for the remote server's operator. */
export function problem(
	status: number,
	title: string,
	detail?: string,
	headers: Readonly<Record<string, string>> = {},
): BridgeResponse {
	const errorCode = codes[status] ?? "refused";
	const type = `urn:causeway:problem:${errorCode}`;
	return {
		status,
		headers: { "content-type": "application/problem+json", ...headers },
		body: JSON.stringify({ type, title, status, errorCode, ...(detail === undefined ? {} : { detail }) }),
	};
}

export const notFound = (): BridgeResponse => problem(404, "Not found");
export const notAllowed = (allow: string): BridgeResponse =>
	problem(405, "Method not allowed", `Allowed: ${allow}`, { allow });

/** A JSON document with an `ETag`, so that an unchanged one is not sent again (RFC 9110 §13). */
export function document(
	request: BridgeRequest,
	content: object,
	options: {
		readonly type?: string;
		readonly status?: number;
		readonly headers?: Readonly<Record<string, string>>;
	} = {},
): BridgeResponse {
	const body = Buffer.from(JSON.stringify(content));
	return cached(request, body, options.type ?? ACTIVITY_JSON, options.status ?? 200, options.headers ?? {});
}

/** A body of any type with an `ETag`. */
export function cached(
	request: BridgeRequest,
	body: Buffer,
	type: string,
	status: number,
	more: Readonly<Record<string, string>>,
): BridgeResponse {
	const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
	const headers = { "content-type": type, vary: "Accept", etag, ...more };
	if (status === 200 && matches(request.headers["if-none-match"], etag)) return { status: 304, headers };
	if (request.method === "HEAD") return { status, headers: { ...headers, "content-length": String(body.length) } };
	return { status, headers, body };
}

const matches = (header: string | undefined, etag: string): boolean =>
	header !== undefined &&
	header.split(",").some((candidate) => candidate.trim() === "*" || candidate.trim().replace(/^W\//, "") === etag);
