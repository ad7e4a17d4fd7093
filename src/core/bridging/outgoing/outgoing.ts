import type { EventType } from "../../events/event.ts";
import type { ConsumerJob } from "../../events/run-consumer.ts";
import type { Lanes } from "../../ports/lanes.ts";
import type { LogEvent } from "../../ports/store.ts";
import { type DeliveryRow, deliveries, deliveryId, deliveryLane, laneOf } from "./delivery.ts";
import { type Planned, type Planner, plans } from "./plan.ts";

/** How many rows are inserted together. */
const chunk = 500;

type Plan = (planner: Planner, event: LogEvent) => Promise<Planned>;
type NewDeliveries = readonly { readonly id: string; readonly doc: DeliveryRow }[];

/**
 * The consumer `bridge`, which plans everything that leaves the provider (design §3): it adds one delivery per target of an event. The ids
 * of deliveries make it idempotent.
 */
export function createOutgoing(planner: Planner, lanes: () => Lanes): ConsumerJob<NewDeliveries> {
	return {
		marker: "bridge",
		async work(event) {
			const plan = plans[event.type as EventType] as Plan | "stays" | undefined;
			if (plan === undefined || plan === "stays") return [];
			const { reaches, bulk } = await plan(planner, event);
			const { id, at, seq } = event;
			return reaches.map((reach) => ({
				id: deliveryId(id, reach),
				doc: { event: id, reach, at, seq, due: at, attempts: 0, ...(bulk === true ? { bulk } : {}) },
			}));
		},
		async commit(works) {
			const rows = works.flat();
			for (let from = 0; from < rows.length; from += chunk)
				await planner.context.store.insertMissing(deliveries, rows.slice(from, from + chunk));
		},
		done(works) {
			for (const lane of new Set(works.flat().map((row) => deliveryLane(laneOf(row.doc))))) lanes().wake(lane);
		},
	};
}
