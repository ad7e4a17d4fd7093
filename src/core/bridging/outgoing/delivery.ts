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
}

/** One row per event and target: planning it twice makes it once. */
export const deliveryId = (event: string, reach: Reach): string => `${event}>${targetOf(reach)}`;

/** The place of a delivery in its lane, which no other has. */
export const laneKey = ({ event, reach, at, seq }: DeliveryRow): readonly [string, number, number, string] => [
	reach.lane,
	at,
	seq,
	deliveryId(event, reach),
];

export const deliveries: Collection<DeliveryRow> = {
	name: "deliveries",
	version: 1,
	indexes: { lane: { kinds: ["text", "int", "int", "text"], of: laneKey } },
};

/** The state of a lane in trouble; a healthy one has none. */
export interface LaneTrouble {
	readonly failures: number;
	readonly notBefore: number;
	readonly since: number;
	readonly reason: string;
}

export const laneTroubles: Collection<LaneTrouble> = { name: "lane_troubles", version: 1, indexes: {} };

/** What could not be delivered, until somebody looks at it. */
export interface DeadLetter extends DeliveryRow {
	readonly diedAt: number;
}

export const deadLetters: Collection<DeadLetter> = {
	name: "dead_letters",
	version: 1,
	indexes: { lane: { kinds: ["text", "int"], of: (d) => [d.reach.lane, d.diedAt] } },
};

const prefix = "deliver:";
/** The work of delivering, beside the work of planning: a lane of its own per remote host or room. */
export const deliveryLane = (reach: Reach): Lane => `${prefix}${reach.lane}`;
/** The lane that the deliveries of a work lane are filed under; `undefined`: not a lane of deliveries. */
export const deliveryLaneName = (lane: Lane): string | undefined =>
	lane.startsWith(prefix) ? lane.slice(prefix.length) : undefined;
