import type { Middleware } from "koa";
import type { Door } from "./door.ts";

/** Under these first segments, the second one selects the door as well: `.well-known/webfinger`, `api/groups`. */
const twoDeep = new Set([".well-known", "api", "oauth"]);

/** The part of a path that selects its door: `users`, `.well-known/webfinger`; `@` and `grp_` for all paths that start with them. */
export function segmentOf(path: string): string {
	if (path.startsWith("/@") || path.startsWith("/%40")) return "@";
	if (path.startsWith("/grp_")) return "grp_";
	const end = path.indexOf("/", 1);
	const first = end < 0 ? path.slice(1) : path.slice(1, end);
	if (!twoDeep.has(first) || end < 0) return first;
	const next = path.indexOf("/", end + 1);
	return next < 0 ? path.slice(1) : path.slice(1, next);
}

/** @throws {Error} two doors own the same paths */
export function assertDisjoint(doors: readonly Door[]): void {
	const owners = new Map<string, string>();
	for (const { name, owns } of doors) {
		for (const segment of owns) {
			const owner = owners.get(segment);
			if (owner !== undefined) throw new Error(`/${segment} is claimed by ${name}, but belongs to ${owner}`);
			owners.set(segment, name);
		}
	}
}

/** Passes a request to the door that owns its path, or to the next middleware if no door does. */
export function dispatch(doors: readonly Door[]): Middleware {
	const answers = new Map(doors.flatMap(({ owns, answer }) => owns.map((segment) => [segment, answer] as const)));
	return (ctx, next) => (answers.get(segmentOf(ctx.path)) ?? pass)(ctx, next);
}

const pass: Middleware = (_, next) => next();
