import type { Reach } from "../../model/reach.ts";
import type { Lane } from "../../ports/lanes.ts";
import type { Collection } from "../../ports/store.ts";
import { targetOf } from "../audience.ts";

/** A delivery of an event to a target. It refers to both, and contains neither body nor key (design §3.4). */
export interface DeliveryRow {
	readonly event: string;
	readonly reach: Reach;
	/** When the event happened; lanes are ordered by it. */
	readonly at: number;
	readonly seq: number;
	/** When it was planned, by the clock; absent in those of earlier versions, which were planned at `at`. */
	readonly planned?: number;
	/** When it is due, milliseconds since 1970; 0 until it has failed. */
	readonly due: number;
	/** The target has asked for this wait (`Retry-After`). */
	readonly asked?: boolean;
	/** How often this delivery has failed, not counting failures of its host. */
	readonly attempts: number;
	readonly reason?: string;
	/** When the target was first said to be missing (404). */
	readonly missingSince?: number;
	/** The parts that the target has accepted, if there are several. */
	readonly sent?: readonly string[];
	/** One of many similar deliveries: it is in a bulk lane, and follows the earlier deliveries in the lane of its target. */
	readonly bulk?: true;
}

/** The id of a delivery: one per event and target, so that planning an event twice has no effect. */
export const deliveryId = (event: string, reach: Reach): string => `${event}>${targetOf(reach)}`;

const bulkSuffix = " bulk";

/** The lane of a target, or the bulk lane beside it. */
export const laneBeside = (lane: string, bulk: boolean): string => (bulk ? `${lane}${bulkSuffix}` : lane);

/** The lane of a delivery: that of its target, or the bulk lane beside it. */
export const laneOf = ({ reach, bulk }: Pick<DeliveryRow, "reach" | "bulk">): string =>
	laneBeside(reach.lane, bulk === true);

/** The lane that precedes a bulk lane; `undefined` for any other lane. */
export const laneBefore = (lane: string): string | undefined =>
	lane.endsWith(bulkSuffix) ? lane.slice(0, -bulkSuffix.length) : undefined;

/** The unique position of a delivery in its lane. */
export const laneKey = (row: DeliveryRow): readonly [string, number, number, string] => [
	laneOf(row),
	row.at,
	row.seq,
	deliveryId(row.event, row.reach),
];

/** The deliveries that are still to be made. */
export const deliveries: Collection<DeliveryRow> = {
	name: "deliveries",
	version: 1,
	indexes: { lane: { kinds: ["text", "int", "int", "text"], of: laneKey } },
};

/** A delivery that will not be attempted again unless it is replayed. */
export interface DeadLetter extends DeliveryRow {
	readonly diedAt: number;
}

/** The dead letters, by the id of the delivery. */
export const deadLetters: Collection<DeadLetter> = {
	name: "dead_letters",
	version: 2,
	indexes: {
		lane: { kinds: ["text", "int"], of: (d) => [d.reach.lane, d.diedAt] },
		died: { kinds: ["int"], of: (d) => [d.diedAt] },
	},
};

const prefix = "deliver:";
/** The lane that makes deliveries. @param lane the lane in their rows: a remote host or a room */
export const deliveryLane = (lane: string): Lane => `${prefix}${lane}`;
/** The lane in the rows of the deliveries that a lane makes; `undefined` if the lane does not make deliveries. */
export const deliveryLaneName = (lane: Lane): string | undefined =>
	lane.startsWith(prefix) ? lane.slice(prefix.length) : undefined;
