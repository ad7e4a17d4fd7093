import { bridgeConsumer } from "../../events/consumers.ts";
import type { Reach } from "../../model/reach.ts";
import type { Lanes } from "../../ports/lanes.ts";
import type { LogEvent } from "../../ports/store.ts";
import { type DeliveryRow, deliveries, deliveryId, deliveryLane } from "./delivery.ts";
import { type Planner, plans } from "./plan.ts";
import { backOff } from "./retry.ts";

/** The lane in which events become deliveries. */
export const outgoingLane = "outgoing";

const batch = 500;
/** Rows that are held in memory before they are committed. */
const mostRows = 2_000;

interface Filed {
	readonly rows: { id: string; doc: DeliveryRow }[];
	readonly events: string[];
}

/**
 * The one way out (design §3): takes what happened, in order, and files one delivery per target. The marker of an event goes
 * when its deliveries are durable; planning an event again files nothing twice.
 */
export function createOutgoing(
	planner: Planner,
	lanes: () => Lanes,
	clearUpAfter: (account: string) => Promise<void>,
): (signal: AbortSignal) => Promise<number | undefined> {
	const { world } = planner;
	const failures = new Map<string, number>();

	async function plan(event: LogEvent): Promise<readonly Reach[]> {
		if (event.type === "account.deleted") await clearUpAfter(event.stream);
		const reaches = await plans[event.type as keyof typeof plans]?.(planner, event as never);
		return reaches ?? [];
	}

	const rowsOf = (event: LogEvent, reaches: readonly Reach[]): readonly { id: string; doc: DeliveryRow }[] =>
		reaches.map((reach) => ({
			id: deliveryId(event.id, reach),
			doc: { event: event.id, reach, at: event.at, seq: event.seq, due: event.at, attempts: 0 },
		}));

	/** A fault of ours: the event is tried again later, and the others are not held up by it. */
	async function putOff(event: LogEvent, error: unknown): Promise<void> {
		const count = (failures.get(event.id) ?? 0) + 1;
		failures.set(event.id, count);
		world.logger.error({ err: error, event: event.id, failures: count }, "An event could not be planned");
		await world.store.postpone(event.id, world.clock.now() + backOff(count, undefined));
	}

	return async (signal) => {
		while (!signal.aborted) {
			const owed = await world.store.owed(world.clock.now(), batch);
			const events = owed.filter((event) => event.pending.includes(bridgeConsumer));
			if (events.length === 0) return undefined;
			world.failPoints.hit("outgoing:before-plan");
			let filed: Filed = { rows: [], events: [] };
			for (const event of events) {
				try {
					filed.rows.push(...rowsOf(event, await plan(event)));
					filed.events.push(event.id);
					failures.delete(event.id);
				} catch (error) {
					await putOff(event, error);
				}
				if (filed.rows.length < mostRows) continue;
				await commit(filed);
				filed = { rows: [], events: [] };
			}
			await commit(filed);
		}
		return undefined;
	};

	/** First the deliveries, then the marker: between the two a crash costs only the planning. */
	async function commit({ rows, events }: Filed): Promise<void> {
		await world.store.insertMissing(deliveries, rows);
		world.failPoints.hit("outgoing:after-plan");
		await world.store.settle(events, bridgeConsumer);
		world.failPoints.hit("outgoing:after-settle");
		for (const lane of new Set(rows.map((row) => deliveryLane(row.doc.reach)))) lanes().wake(lane);
	}
}
