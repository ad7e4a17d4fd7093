import { createHash } from "node:crypto";

/** The entity tag of a text, in quotes (RFC 9110 §8.8.3). */
export const textEtag = (text: string): string =>
	`"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;

/** The entity tag of a value's JSON, in quotes. */
export const etagOf = (body: unknown): string => textEtag(JSON.stringify(body));

/**
 * True when `If-None-Match` names a version (RFC 9110 §13.1.2).
 *
 * Koa's own check (and koa-conditional-get, which calls it) ignores the tag whenever the request also has
 * `Cache-Control: no-cache`. That header addresses caches on the way, and `fetch` adds it to every request with a tag.
 *
 * @param etag in quotes, weak or strong
 */
export const matches = (ifNoneMatch: string, etag: string): boolean =>
	ifNoneMatch
		.split(",")
		.map((tag) => tag.trim().replace(/^W\//, ""))
		.some((tag) => tag === etag.replace(/^W\//, "") || tag === "*");
