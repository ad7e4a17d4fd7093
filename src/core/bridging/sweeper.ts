import type { World } from "../events/world.ts";
import { sweepExpired } from "../ports/expiry.ts";
import type { Lanes } from "../ports/lanes.ts";
import type { Collection } from "../ports/store.ts";
import type { Incoming } from "./incoming/receive.ts";
import { deliveryLane } from "./outgoing/delivery.ts";
import { lanesWithDeliveries } from "./outgoing/open-lanes.ts";
import { outgoingLane } from "./outgoing/outgoing.ts";

/** What another process (the command line) left to be done is seen within this time; it is one look-up by an index. */
const owedEveryMs = 1_000;
/** Everything else is a safety net: lanes are woken by whoever leaves work in them. */
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
 * Drives what was left behind (design §3.1 rule 4): events nobody has planned, lanes nobody has woken, remote events whose
 * counterpart has come; and tidies up what has expired. Runs until the signal ends it.
 */
export function startSweeper(world: World, { lanes, incoming, collections, signal }: SweeperParts): void {
	const { store, clock, logger } = world;

	async function sweepOwed(): Promise<void> {
		if ((await store.owed(clock.now(), 1)).length > 0) lanes.wake(outgoingLane);
	}
	async function sweepAll(): Promise<void> {
		for await (const reach of lanesWithDeliveries(world)) lanes.wake(deliveryLane(reach));
		await incoming.sweep();
	}
	every(owedEveryMs, sweepOwed);
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
