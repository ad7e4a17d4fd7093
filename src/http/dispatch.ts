import type { Middleware } from "koa";

/** Below these first segments the second one decides too: `.well-known/webfinger`, `api/groups`. */
const twoDeep = new Set([".well-known", "api"]);

/** The part of a path by which its owner is found: `users`, `.well-known/webfinger`; `@` and `grp_` for everything that starts so. */
export function segmentOf(path: string): string {
	if (path.startsWith("/@") || path.startsWith("/%40")) return "@";
	if (path.startsWith("/grp_")) return "grp_";
	const end = path.indexOf("/", 1);
	const first = end < 0 ? path.slice(1) : path.slice(1, end);
	if (!twoDeep.has(first) || end < 0) return first;
	const next = path.indexOf("/", end + 1);
	return next < 0 ? path.slice(1) : path.slice(1, next);
}

/** Who answers which paths. */
export interface Dispatch {
	/** @throws {Error} the paths have an owner already: two parts of the program must not answer the same */
	own(segment: string, owner: string, answer: Middleware): void;
	middleware(): Middleware;
}

/** Finds the answer by the first segment, so that no request is compared with routes of others (@koa/router tries one by one). */
export function createDispatch(): Dispatch {
	const owners = new Map<string, { owner: string; answer: Middleware }>();
	return {
		own(segment, owner, answer) {
			const taken = owners.get(segment);
			if (taken !== undefined) throw new Error(`/${segment} is claimed by ${owner}, but belongs to ${taken.owner}`);
			owners.set(segment, { owner, answer });
		},
		middleware() {
			return (ctx, next) => owners.get(segmentOf(ctx.path))?.answer(ctx, next) ?? next();
		},
	};
}
