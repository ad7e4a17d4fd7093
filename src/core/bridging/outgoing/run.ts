import type { LaneHold, LaneTrouble } from "../../events/lane-holds.ts";
import type { DeliveryResult } from "../../ports/bridge/delivery.ts";
import type { LaneItems } from "./lane-items.ts";

/** The state of one run of a lane. */
export interface Run {
	readonly lane: string;
	readonly items: LaneItems;
	readonly hold: () => Promise<LaneHold>;
	/** Asks the run to stop. */
	readonly signal: AbortSignal;
	/** Aborts the deliveries in flight. */
	readonly late: AbortSignal;
	/** The queues that are blocked by a delivery which is retried by itself. */
	readonly blocked: Set<string>;
	/** The targets that no longer exist, and since when. */
	readonly gone: Map<string, number>;
	/** Why the lane was paused before the run, until a delivery succeeds. */
	trouble: LaneTrouble | undefined;
	/** When the first of the blocked deliveries is due. */
	next: number | undefined;
	/** No further delivery is begun. */
	isOver: boolean;
	/** The failure of the whole host, if one ended the run. */
	failed: Retry | undefined;
}

/** A failure that may pass. */
export type Retry = Extract<DeliveryResult, { status: "retry" }>;
