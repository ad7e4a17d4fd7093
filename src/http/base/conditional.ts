import { createHash } from "node:crypto";

/** The entity tag of what is written as this JSON, with its quotes (RFC 9110 §8.8.3). */
export const etagOf = (body: unknown): string =>
	`"${createHash("sha256").update(JSON.stringify(body)).digest("base64url").slice(0, 22)}"`;

/**
 * True when `If-None-Match` names a version (RFC 9110 §13.1.2).
 *
 * Koa's own check (and koa-conditional-get, which calls it) answers in full whenever the request also says
 * `Cache-Control: no-cache`. That is for caches on the way, and every client made with `fetch` says so beside a tag of its own.
 *
 * @param etag with its quotes
 */
export const matches = (ifNoneMatch: string, etag: string): boolean =>
	ifNoneMatch
		.split(",")
		.map((tag) => tag.trim().replace(/^W\//, ""))
		.some((tag) => tag === etag || tag === "*");
