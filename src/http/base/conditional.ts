import { createHash } from "node:crypto";

/** The entity tag of a value's JSON, in quotes (RFC 9110 §8.8.3). */
export const etagOf = (body: unknown): string =>
	`"${createHash("sha256").update(JSON.stringify(body)).digest("base64url").slice(0, 22)}"`;

/**
 * True when `If-None-Match` names a version (RFC 9110 §13.1.2).
 *
 * Koa's own check (and koa-conditional-get, which calls it) ignores the tag whenever the request also has
 * `Cache-Control: no-cache`. That header addresses caches on the way, and `fetch` adds it to every request with a tag.
 *
 * @param etag in quotes
 */
export const matches = (ifNoneMatch: string, etag: string): boolean =>
	ifNoneMatch
		.split(",")
		.map((tag) => tag.trim().replace(/^W\//, ""))
		.some((tag) => tag === etag || tag === "*");
