import type { Middleware } from "koa";

/** A part of the HTTP surface. `app.ts` is a list of doors. */
export interface Door {
	/** As an operator calls it: `OFSCP`, `the bridge matrix`. */
	readonly name: string;
	/** The first segments of its paths, as `segmentOf` gives them. No two doors own the same. */
	readonly owns: readonly string[];
	/** Answers every request below these segments, or throws a problem: nothing is left for the doors after it. */
	readonly answer: Middleware;
}
