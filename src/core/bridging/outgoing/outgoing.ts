import { BoundedMap } from "../../bounded-map.ts";
import type { EventType } from "../../events/event.ts";
import type { PausedLanes } from "../../events/paused-lanes.ts";
import type { ConsumerJob } from "../../events/run-consumer.ts";
import type { BridgeName } from "../../ids.ts";
import type { Reach } from "../../model/reach.ts";
import type { Lanes } from "../../ports/lanes.ts";
import type { LogEvent } from "../../ports/store.ts";
import { revived } from "./dead-letters.ts";
import { type DeliveryRow, deadLetters, deliveries, deliveryId, deliveryLane, laneOf } from "./delivery.ts";
import { isErasure } from "./is-erasure.ts";
import { plans } from "./plan.ts";
import type { Planned, Planner } from "./planned.ts";

/** How many rows are inserted together. */
const chunk = 500;

/** How many deliveries of the deletions of accounts are remembered. */
const maxTold = 20_000;

type Plan = (planner: Planner, event: LogEvent) => Promise<Planned>;
/** `wasDead`: it was a dead letter until now. */
type NewDeliveries = readonly { readonly id: string; readonly doc: DeliveryRow; readonly wasDead?: true }[];

const newDelivery = (
	{ id, at, seq }: Pick<LogEvent, "id" | "at" | "seq">,
	reach: Reach,
	rest: Pick<DeliveryRow, "bulk" | "planned">,
) => ({ id: deliveryId(id, reach), doc: { event: id, reach, at, seq, due: 0, attempts: 0, ...rest } });

/**
 * The consumer `bridge`, which plans everything that leaves the provider (design §3): it adds one delivery per target of an event. The ids
 * of deliveries make it idempotent.
 */
export function createOutgoing(
	planner: Planner,
	lanes: () => Lanes,
	sleeping: Pick<PausedLanes, "isAsleep" | "drop"> = { isAsleep: () => false, drop() {} },
	onDropped: (bridge: BridgeName) => void = () => {},
): ConsumerJob<NewDeliveries> {
	const { store } = planner.context;
	/** The deletions of accounts that were planned lately. One that is forgotten is told again, which changes nothing. */
	const told = new BoundedMap<string, true>(maxTold);
	/** True for a target whose host sleeps. It is not worth a row, unless it is the one that the host is tried with. */
	function isDropped({ lane, bridge }: Reach): boolean {
		const name = deliveryLane(lane);
		if (!sleeping.isAsleep(name)) return false;
		sleeping.drop(name, 1);
		onDropped(bridge);
		return true;
	}

	return {
		marker: "bridge",
		async work(event) {
			const plan = plans[event.type as EventType] as Plan | "stays" | undefined;
			if (plan === undefined || plan === "stays") return [];
			const { reaches, bulk, removal, again = [] } = await plan(planner, event);
			const now = planner.context.clock.now();
			const rest = { planned: now, ...(bulk === true ? { bulk } : {}) };
			const awake = isErasure(event) ? reaches : reaches.filter((reach) => !isDropped(reach));
			const rows = awake.map((reach) => newDelivery(event, reach, rest));
			const removals = removal === undefined ? [] : removal.reaches.map((reach) => newDelivery(removal, reach, rest));
			return [
				...removals.filter(({ id }) => told.get(id) === undefined),
				...rows,
				...again.map((letter) => ({
					id: deliveryId(letter.event, letter.reach),
					doc: revived(letter, now),
					wasDead: true as const,
				})),
			];
		},
		async commit(works) {
			const rows = works.flat();
			for (let from = 0; from < rows.length; from += chunk)
				await store.insertMissing(deliveries, rows.slice(from, from + chunk));
			for (const { id, wasDead, doc } of rows) {
				if (wasDead === true) await store.delete(deadLetters, id);
				if (doc.event.startsWith("usr_")) told.set(id, true);
			}
		},
		done(works) {
			for (const lane of new Set(works.flat().map((row) => deliveryLane(laneOf(row.doc))))) lanes().wake(lane);
		},
	};
}
