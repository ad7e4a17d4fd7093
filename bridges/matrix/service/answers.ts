import { createHash, timingSafeEqual } from "node:crypto";
import type { BridgeRequest, BridgeResponse } from "#bridge-kit";

/** An answer as homeservers expect it: always JSON (a 200 without JSON counts as a failure). */
export const answer = (status: number, body: object): BridgeResponse & { readonly body: string } => ({
	status,
	headers: { "content-type": "application/json" },
	body: JSON.stringify(body),
});
export const done = answer(200, {});
export const failure = (status: number, errcode: string, error: string) => answer(status, { errcode, error });
/** The homeserver repeats what was answered with this, in order and unchanged. */
export const unavailable = failure(503, "M_UNKNOWN", "The provider is temporarily unavailable");

/**
 * Checks the homeserver's token (AS v1.19, "Authorization") in the header, in the query (the legacy way), or in both if they are
 * equal. Compared in constant time, before the body is read. `undefined`: the token is right.
 */
export function refusal(request: Pick<BridgeRequest, "headers" | "query">, token: string): BridgeResponse | undefined {
	const bearer = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
	const legacy = new URLSearchParams(request.query).getAll("access_token");
	const given = bearer === undefined ? legacy : [bearer, ...legacy];
	if (given.length === 0) return failure(401, "M_MISSING_TOKEN", "The homeserver's token is missing");
	return given.every((text) => isSame(text, token))
		? undefined
		: failure(403, "M_FORBIDDEN", "This is not the homeserver's token");
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
/** Compares digests, so that not even the length can be measured. */
const isSame = (given: string, token: string): boolean => timingSafeEqual(digest(given), digest(token));
