import type { EventType } from "./event.ts";

/**
 * The consumers of the log, by the markers that they leave on events with work for them: `bridge` carries what happened to other
 * networks, `erase` removes what a deleted account leaves behind.
 */
export const markers = ["bridge", "erase"] as const;
export type Marker = (typeof markers)[number];

/**
 * What each type of event means to a consumer: a handler, or `"stays"` for nothing. Total, so that a new type of event does not
 * compile until every consumer has an answer.
 */
export type ConsumerTable<Handlers extends { readonly [T in EventType]: unknown }> = {
	readonly [T in EventType]: Handlers[T] | "stays";
};

/** The types of event that mean nothing to a consumer, for its table. */
export const stays = <T extends EventType>(...types: readonly T[]): { readonly [K in T]: "stays" } =>
	Object.fromEntries(types.map((type) => [type, "stays"])) as { readonly [K in T]: "stays" };

/** The first part of the names of a consumer's lanes; the second is the stream (design §3.1 rule 4). */
const laneKinds = { bridge: "plan", erase: "erase" } as const satisfies Record<Marker, string>;

export const consumerLane = (marker: Marker, stream: string): string => `${laneKinds[marker]}:${stream}`;

/** The stream of a consumer's lane; `undefined`: the lane belongs to another. */
export function streamOfLane(marker: Marker, lane: string): string | undefined {
	const prefix = `${laneKinds[marker]}:`;
	return lane.startsWith(prefix) ? lane.slice(prefix.length) : undefined;
}
