import type { Middleware } from "koa";

/** A part of the HTTP interface. `app.ts` lists all doors. */
export interface Door {
	/** Its name in error messages: `OFSCP`, `the bridge matrix`. */
	readonly name: string;
	/** The first segments of its paths, as returned by `segmentOf`. No two doors own the same segment. */
	readonly owns: readonly string[];
	/** Responds to every request under these segments, or throws a problem; requests never reach later doors. */
	readonly answer: Middleware;
}
