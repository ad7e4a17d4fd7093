import { createHash } from "node:crypto";

/** The entity tag of what is written as this JSON, with its quotes (RFC 9110 §8.8.3). */
export const etagOf = (body: unknown): string =>
	`"${createHash("sha256").update(JSON.stringify(body)).digest("base64url").slice(0, 22)}"`;

/**
 * True when the caller has what they ask for already (RFC 9110 §13.1.2).
 *
 * @param etag of what there is now, with its quotes
 */
export function unchanged(etag: string, header: (name: string) => string | undefined): boolean {
	const known = header("If-None-Match")
		?.split(",")
		.map((tag) => tag.trim().replace(/^W\//, ""));
	return known !== undefined && (known.includes(etag) || known.includes("*"));
}
