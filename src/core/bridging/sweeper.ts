import { consumerLane, markers } from "../events/consumers.ts";
import type { World } from "../events/world.ts";
import { sweepExpired } from "../ports/expiry.ts";
import type { Lanes } from "../ports/lanes.ts";
import type { Collection } from "../ports/store.ts";
import type { Incoming } from "./incoming/receive.ts";
import { deliveryLane } from "./outgoing/delivery.ts";
import { lanesWithDeliveries } from "./outgoing/open-lanes.ts";

/** Work that another process (the command line) left is seen within this time; it is one look-up by an index per consumer. */
const owedEveryMs = 1_000;
/** Streams that one such look-up wakes. */
const fewStreams = 100;
/** Everything else is a safety net: lanes are woken when work is left in them. */
const allEveryMs = 10_000;
const expiredEveryMs = 60_000;

export interface SweeperParts {
	readonly lanes: Lanes;
	readonly incoming: Incoming;
	/** What expires in them is deleted. */
	readonly collections: readonly Collection<unknown>[];
	readonly signal: AbortSignal;
}

/**
 * Drives work that was left behind (design §3.1 rule 4): events that a consumer has not handled, lanes that were not woken, remote
 * events whose counterpart has arrived; and deletes what has expired. Runs until the signal ends it.
 */
export function startSweeper(world: World, { lanes, incoming, collections, signal }: SweeperParts): void {
	const { store, logger } = world;

	async function sweepOwed(limit: number): Promise<void> {
		for (const marker of markers)
			for (const stream of await store.owedStreams(marker, { limit })) lanes.wake(consumerLane(marker, stream));
	}
	async function sweepAll(): Promise<void> {
		await sweepOwed(Number.MAX_SAFE_INTEGER);
		for await (const lane of lanesWithDeliveries(world)) lanes.wake(deliveryLane(lane));
		await incoming.sweep();
	}
	every(owedEveryMs, () => sweepOwed(fewStreams));
	every(allEveryMs, sweepAll);
	every(expiredEveryMs, () => sweepExpired(world, collections));

	/** The next round begins when the one before has ended. */
	function every(ms: number, work: () => Promise<void>): void {
		const run = (): void => {
			work()
				.catch((error: unknown) => logger.error({ err: error }, "The sweeper failed; it goes on"))
				.finally(() => {
					if (!signal.aborted) timer = setTimeout(run, ms).unref();
				});
		};
		let timer = setTimeout(run, 0).unref();
		signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
	}
}
