import { createGate } from "../../gate.ts";
import { parseId } from "../../ids.ts";
import type { Stored } from "../../ports/store.ts";
import { targetOf } from "../audience.ts";
import type { DeliveryRow } from "./delivery.ts";

/** Deliveries that are made one after the other. */
type Queue = readonly Stored<DeliveryRow>[];

const streamOf = ({ event }: DeliveryRow): string => event.slice(0, event.lastIndexOf("/"));

/** Deliveries of one stream to one target form a queue, which keeps their order. Queues do not wait for each other. */
export const queueOf = (row: DeliveryRow): string => `${streamOf(row)}>${targetOf(row.reach)}`;

/** What happens to an account or a group concerns what is said in any channel, so that neither overtakes the other. */
const overtakes = (row: DeliveryRow): boolean => parseId("chn", streamOf(row)) !== undefined;

/**
 * Divides deliveries, which are in the order of their lane, into sets of queues. A set is only begun when the one before it is done. If one
 * delivery is made at a time, their order is kept as it is.
 */
export function queuesOf(rows: readonly Stored<DeliveryRow>[], width: number): readonly (readonly Queue[])[] {
	if (width === 1) return [[rows]];
	const sets: Map<string, Stored<DeliveryRow>[]>[] = [];
	let isOpen = false;
	for (const stored of rows) {
		const key = queueOf(stored.doc);
		if (!isOpen || !overtakes(stored.doc)) sets.push(new Map());
		isOpen = overtakes(stored.doc);
		const set = sets.at(-1);
		const queue = set?.get(key);
		if (queue === undefined) set?.set(key, [stored]);
		else queue.push(stored);
	}
	return sets.map((set) => [...set.values()]);
}

/**
 * Works off the queues of a set, `width` of them at a time, in the order of their first deliveries.
 *
 * @throws the first failure, when no queue is being worked off any more
 */
export async function sideBySide(
	set: readonly Queue[],
	width: number,
	workOff: (queue: Queue) => Promise<void>,
): Promise<void> {
	const gate = createGate({ width });
	const ended = await Promise.allSettled(set.map((queue) => gate.run(() => workOff(queue))));
	for (const end of ended) if (end.status === "rejected") throw end.reason;
}
