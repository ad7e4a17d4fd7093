import { removeOldRemote } from "../erasure/remove-old-remote.ts";
import { consumerLane, markers } from "../events/consumers.ts";
import type { CoreContext } from "../events/context.ts";
import { sweepExpired } from "../ports/expiry.ts";
import type { Lanes } from "../ports/lanes.ts";
import type { Collection } from "../ports/store.ts";
import type { Incoming } from "./incoming/receive.ts";
import { expireDeadLetters } from "./outgoing/dead-letters.ts";
import { deliveryLane } from "./outgoing/delivery.ts";
import { lanesWithDeliveries } from "./outgoing/open-lanes.ts";

/** How soon the work of another process (the command line) is noticed; a round costs one index look-up per consumer. */
const owedEveryMs = 1_000;
/** How many streams such a round wakes. */
const fewStreams = 100;
/** A full round is only a safety net, since lanes are woken whenever work is added to them. */
const allEveryMs = 10_000;
const expiredEveryMs = 60_000;
const oldEveryMs = 6 * 3_600_000;
/** How many request keys are erased by one write. */
const fewKeys = 500;
const deadEveryMs = 3_600_000;
const choresEveryMs = 30_000;

/** The dependencies of the sweeper. */
export interface SweeperParts {
	readonly lanes: Lanes;
	readonly incoming: Incoming;
	/** The collections whose expired documents are deleted. */
	readonly collections: readonly Collection<unknown>[];
	/** After how long the posts of remote people that no one here has touched are removed, in milliseconds; absent: never. */
	readonly keepRemoteMs?: number;
	/** For how many milliseconds dead letters are kept. */
	readonly keepDeadMs: number;
	/** Other work, of which a little is done from time to time. */
	readonly chores: readonly ((signal: AbortSignal) => Promise<void>)[];
	readonly signal: AbortSignal;
}

/**
 * Resumes work that was left behind (design §3.1 rule 4): events that are pending for a consumer, lanes with deliveries, parked remote
 * events whose target has arrived. Also deletes what has expired, and does the chores. Runs until the signal is aborted.
 */
export function startSweeper(
	context: CoreContext,
	{ lanes, incoming, collections, keepRemoteMs, keepDeadMs, chores, signal }: SweeperParts,
): void {
	const { store, logger } = context;

	async function sweepOwed(limit: number): Promise<void> {
		for (const marker of markers)
			for (const stream of await store.owedStreams(marker, { limit })) lanes.wake(consumerLane(marker, stream));
	}
	async function sweepAll(): Promise<void> {
		await sweepOwed(Number.MAX_SAFE_INTEGER);
		for await (const lane of lanesWithDeliveries(context)) lanes.wake(deliveryLane(lane));
	}
	every(owedEveryMs, () => sweepOwed(fewStreams));
	every(allEveryMs, sweepAll);
	every(allEveryMs, () => incoming.sweep());
	every(expiredEveryMs, () => sweepExpired(context, collections));
	every(expiredEveryMs, async () => {
		while ((await store.forgetRequests(fewKeys)) === fewKeys);
	});

	if (keepRemoteMs !== undefined)
		every(oldEveryMs, async () => {
			const removed = await removeOldRemote(context, keepRemoteMs, signal);
			if (removed > 0) logger.info({ removed }, "Old posts of remote people were removed");
		});
	// Not at once, so that who starts it after a long time can still replay them.
	every(deadEveryMs, async () => void (await expireDeadLetters(context, keepDeadMs)), deadEveryMs);
	for (const chore of chores) every(choresEveryMs, () => chore(signal));

	/** Runs `work` repeatedly; a round begins when the previous one has ended. */
	function every(ms: number, work: () => Promise<void>, first = 0): void {
		const run = (): void => {
			work()
				.catch((error: unknown) => {
					if (!signal.aborted) logger.error({ err: error }, "A round of the sweeper failed; the next one will retry");
				})
				.finally(() => {
					if (!signal.aborted) timer = setTimeout(run, ms).unref();
				});
		};
		let timer = setTimeout(run, first).unref();
		signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
	}
}
