import { hash, timingSafeEqual } from "node:crypto";
import { decodeBase64 } from "./base64.ts";

const algorithms = new Map([
	["sha-256", "sha256"],
	["sha-512", "sha512"],
]);

/** The `Digest` header of a body (RFC 3230): `SHA-256=…`. */
export function digestOf(body: string | Uint8Array): string {
	return `SHA-256=${hash("sha256", body, "base64")}`;
}

/**
 * Whether a `Digest` (RFC 3230) or `Content-Digest` (RFC 9530) header matches the body. Unknown algorithms are ignored; at least
 * one known algorithm must be present, and every known one must match. Compared in constant time.
 */
export function digestMatches(header: string, body: Uint8Array): boolean {
	let known = 0;
	for (const part of header.split(",", 8)) {
		const equals = part.indexOf("=");
		const name = algorithms.get(part.slice(0, Math.max(equals, 0)).trim().toLowerCase());
		if (name === undefined) continue;
		known++;
		const claimed = decodeBase64(unwrapBytes(part.slice(equals + 1).trim()));
		const actual = hash(name, body, "buffer");
		if (claimed === undefined || claimed.length !== actual.length || !timingSafeEqual(claimed, actual)) return false;
	}
	return known > 0;
}

/** RFC 9530 writes a byte sequence as `:base64:`. */
function unwrapBytes(value: string): string {
	return value.length >= 2 && value.startsWith(":") && value.endsWith(":") ? value.slice(1, -1) : value;
}
