import type { EventType } from "../../events/event.ts";
import type { ConsumerJob } from "../../events/run-consumer.ts";
import type { Lanes } from "../../ports/lanes.ts";
import type { LogEvent } from "../../ports/store.ts";
import { revived } from "./dead-letters.ts";
import { type DeliveryRow, deadLetters, deliveries, deliveryId, deliveryLane, laneOf } from "./delivery.ts";
import { type Planned, type Planner, plans } from "./plan.ts";

/** How many rows are inserted together. */
const chunk = 500;

type Plan = (planner: Planner, event: LogEvent) => Promise<Planned>;
/** `wasDead`: it was a dead letter until now. */
type NewDeliveries = readonly { readonly id: string; readonly doc: DeliveryRow; readonly wasDead?: true }[];

/**
 * The consumer `bridge`, which plans everything that leaves the provider (design §3): it adds one delivery per target of an event. The ids
 * of deliveries make it idempotent.
 */
export function createOutgoing(planner: Planner, lanes: () => Lanes): ConsumerJob<NewDeliveries> {
	const { store } = planner.context;
	return {
		marker: "bridge",
		async work(event) {
			const plan = plans[event.type as EventType] as Plan | "stays" | undefined;
			if (plan === undefined || plan === "stays") return [];
			const { reaches, bulk, again = [] } = await plan(planner, event);
			const { id, at, seq } = event;
			const rows = reaches.map((reach) => ({
				id: deliveryId(id, reach),
				doc: { event: id, reach, at, seq, due: at, attempts: 0, ...(bulk === true ? { bulk } : {}) },
			}));
			const now = planner.context.clock.now();
			return [
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
			for (const { id, wasDead } of rows) if (wasDead === true) await store.delete(deadLetters, id);
		},
		done(works) {
			for (const lane of new Set(works.flat().map((row) => deliveryLane(laneOf(row.doc))))) lanes().wake(lane);
		},
	};
}
