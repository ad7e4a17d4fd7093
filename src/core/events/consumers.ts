import type { EventType } from "./event.ts";

/**
 * The consumers of the log, by the marker that an event carries until they have handled it: `bridge` plans deliveries to other
 * networks, `erase` removes the data of deleted accounts.
 */
export const markers = ["bridge", "erase"] as const;
/** The marker of a consumer. */
export type Marker = (typeof markers)[number];

/**
 * A consumer's handler for each type of event; `"stays"` if it ignores that type. The table is total, so that a new type of event
 * does not compile until every consumer has an entry for it.
 */
export type ConsumerTable<Handlers extends { readonly [T in EventType]: unknown }> = {
	readonly [T in EventType]: Handlers[T] | "stays";
};

/** The entries of a consumer's table for the types of event that it ignores. */
export const stays = <T extends EventType>(...types: readonly T[]): { readonly [K in T]: "stays" } =>
	Object.fromEntries(types.map((type) => [type, "stays"])) as { readonly [K in T]: "stays" };

/** The prefix of a consumer's lanes; the stream follows it (design §3.1 rule 4). */
const laneKinds = { bridge: "plan", erase: "erase" } as const satisfies Record<Marker, string>;

/** The lane in which a consumer handles the events of a stream. */
export const consumerLane = (marker: Marker, stream: string): string => `${laneKinds[marker]}:${stream}`;

/** The stream of a consumer's lane; `undefined` if the lane is not one of this consumer's. */
export function streamOfLane(marker: Marker, lane: string): string | undefined {
	const prefix = `${laneKinds[marker]}:`;
	return lane.startsWith(prefix) ? lane.slice(prefix.length) : undefined;
}
