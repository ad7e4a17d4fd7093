import type { IncomingMessage } from "node:http";
import type { Middleware } from "koa";
import type { BudgetName } from "./limits.ts";

/** The body of a response to a request that is turned away, in the format of its door. */
export interface Refusal {
	readonly type: string;
	readonly body: string;
}

/** A part of the HTTP interface. `app.ts` lists all doors. */
export interface Door {
	/** Its name in error messages: `OFSCP`, `the bridge matrix`. */
	readonly name: string;
	/** The first segments of its paths, as returned by `segmentOf`. No two doors own the same segment. */
	readonly owns: readonly string[];
	/** Responds to every request under these segments, or throws a problem; requests never reach later doors. */
	readonly answer: Middleware;
	/** The budget of a request. `first`: always answered at once. */
	readonly budgetOf: (request: IncomingMessage) => BudgetName | "first";
	/** The refusal of a request to a path; `undefined` for the problem document that all doors have in common. */
	readonly refusalOf?: (request: IncomingMessage, path: string) => Refusal | undefined;
}
