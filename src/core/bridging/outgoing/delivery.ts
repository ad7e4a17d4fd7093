import type { Reach } from "../../model/reach.ts";
import type { Lane } from "../../ports/lanes.ts";
import type { Collection } from "../../ports/store.ts";
import { targetOf } from "../audience.ts";

/** One event on its way to one target. It names both and holds neither body nor key (design §3.4). */
export interface DeliveryRow {
	readonly event: string;
	readonly reach: Reach;
	/** The lane's order: when the event happened. */
	readonly at: number;
	readonly seq: number;
	/** Not tried before this time, milliseconds since 1970. */
	readonly due: number;
	/** Failed tries that were this item's own fault, not its host's. */
	readonly attempts: number;
	readonly reason?: string;
	/** Its parts that have been taken, when it has several. */
	readonly sent?: readonly string[];
	/** One of many like it: it waits in a lane of its own, behind what came before it in the lane of its target. */
	readonly bulk?: true;
}

/** One row per event and target: planning it twice makes it once. */
export const deliveryId = (event: string, reach: Reach): string => `${event}>${targetOf(reach)}`;

const bulkSuffix = " bulk";

/** The lane that a delivery is filed under: its target's own, or beside that the one for what is not urgent. */
export const laneOf = ({ reach, bulk }: Pick<DeliveryRow, "reach" | "bulk">): string =>
	bulk === true ? `${reach.lane}${bulkSuffix}` : reach.lane;

/** The lane whose earlier deliveries go before those of a bulk lane; `undefined`: the lane waits for no other. */
export const laneBefore = (lane: string): string | undefined =>
	lane.endsWith(bulkSuffix) ? lane.slice(0, -bulkSuffix.length) : undefined;

/** The place of a delivery in its lane, which no other has. */
export const laneKey = (row: DeliveryRow): readonly [string, number, number, string] => [
	laneOf(row),
	row.at,
	row.seq,
	deliveryId(row.event, row.reach),
];

export const deliveries: Collection<DeliveryRow> = {
	name: "deliveries",
	version: 1,
	indexes: { lane: { kinds: ["text", "int", "int", "text"], of: laneKey } },
};

/** A delivery that was given up. */
export interface DeadLetter extends DeliveryRow {
	readonly diedAt: number;
}

export const deadLetters: Collection<DeadLetter> = {
	name: "dead_letters",
	version: 1,
	indexes: { lane: { kinds: ["text", "int"], of: (d) => [d.reach.lane, d.diedAt] } },
};

const prefix = "deliver:";
/** Deliveries have lanes of their own per remote host or room. @param lane the name under which they are filed */
export const deliveryLane = (lane: string): Lane => `${prefix}${lane}`;
/** The name under which the deliveries of a lane are filed; `undefined`: it is not a lane of deliveries. */
export const deliveryLaneName = (lane: Lane): string | undefined =>
	lane.startsWith(prefix) ? lane.slice(prefix.length) : undefined;
