import type { CoreContext } from "../../events/context.ts";
import type { Reach } from "../../model/reach.ts";
import type { LogEvent } from "../../ports/store.ts";
import type { DeadLetter } from "./delivery.ts";
import type { Targets } from "./targets.ts";

/** The dependencies of planning. */
export interface Planner {
	readonly context: CoreContext;
	readonly targets: Targets;
}

/** The deliveries of an event, by their targets. `bulk`: one of many similar events, to which other deliveries to the same target are preferred. */
export interface Planned {
	readonly reaches: readonly Reach[];
	readonly bulk?: true;
	/** The deletion of an account, which is delivered together with that of something of it, to the targets that were not told before. */
	readonly removal?: Pick<LogEvent, "id" | "at" | "seq"> & { readonly reaches: readonly Reach[] };
	/** Earlier deliveries that have failed and are made again. */
	readonly again?: readonly DeadLetter[];
}
