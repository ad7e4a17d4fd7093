import PQueue from "p-queue";
import type { Clock } from "#core/clock.ts";
import type { Lane, LaneHandler, Lanes } from "#core/ports/lanes.ts";
import type { Logger } from "#core/ports/logger.ts";
import { createDelayedWakes } from "./delayed-wakes.ts";
import { createPace } from "./pace.ts";

/** How many runs begin in one turn of the event loop. */
const beginPerTurn = 32;

/** The options of lanes within one process. */
export interface EmbeddedLanesOptions {
	readonly handler: LaneHandler;
	/** How many lanes run at the same time. */
	readonly concurrency: number;
	/**
	 * The kinds of lanes (the part of a lane's name before the colon) with a pool of their own, and its concurrency. They neither use the
	 * concurrency of other lanes nor wait for them.
	 */
	readonly pools?: Readonly<Record<string, number>>;
	readonly clock: Clock;
	readonly logger: Logger;
	/** Aborting it has the effect of {@link Lanes.stop}. */
	readonly signal?: AbortSignal;
	/** The wait after the first failed run, and the longest wait, in milliseconds; default 1 s and 1 min. */
	readonly backOff?: { readonly first: number; readonly most: number };
}

/** The state of a lane that is queued or running. Other lanes have no state. */
interface Awake {
	running: boolean;
	/** Whether it was woken while it ran, so that it runs again. */
	dirty: boolean;
}

/**
 * Lanes within one process, queued by p-queue, with a dirty flag for each lane that is queued or running. A lane that is woken while it
 * runs goes to the end of the queue, so that a busy lane delays no other.
 */
export function createEmbeddedLanes(options: EmbeddedLanesOptions): Lanes {
	const { handler, concurrency, pools = {}, clock, logger, signal } = options;
	const { first, most } = options.backOff ?? { first: 1000, most: 60_000 };
	const others = new PQueue({ concurrency });
	const own = new Map(Object.entries(pools).map(([kind, places]) => [kind, new PQueue({ concurrency: places })]));
	const queues = [others, ...own.values()];
	const queueOf = (lane: Lane): PQueue => own.get(lane.slice(0, lane.indexOf(":"))) ?? others;
	const begin = createPace(beginPerTurn);
	const awake = new Map<Lane, Awake>();
	/** The consecutive failures of lanes that wait for a retry. */
	const failures = new Map<Lane, number>();
	const delayed = createDelayedWakes(clock, enqueue);
	const ending = new AbortController();

	function enqueue(lane: Lane): void {
		if (ending.signal.aborted) return;
		const state = awake.get(lane);
		if (state !== undefined) {
			state.dirty ||= state.running;
			return;
		}
		const fresh: Awake = { running: false, dirty: false };
		awake.set(lane, fresh);
		void queueOf(lane).add(() => run(lane, fresh));
	}

	/** Never rejects. */
	async function run(lane: Lane, state: Awake): Promise<void> {
		await begin();
		// A run that was still waiting when the lanes were stopped does not begin.
		if (ending.signal.aborted) return;
		state.running = true;
		try {
			const next = await handler(lane, ending.signal);
			failures.delete(lane);
			awake.delete(lane);
			if (state.dirty) enqueue(lane);
			if (next !== undefined) wake(lane, next);
		} catch (error) {
			// A wake that came meanwhile is covered by the retry.
			awake.delete(lane);
			retryLater(lane, error);
		}
	}

	function retryLater(lane: Lane, error: unknown): void {
		const count = (failures.get(lane) ?? 0) + 1;
		const delay = Math.min(most, first * 2 ** (count - 1));
		logger.error({ err: error, lane, failures: count, retryInMs: delay }, "A run of a lane failed");
		if (ending.signal.aborted) return;
		failures.set(lane, count);
		delayed.set(lane, clock.now() + delay);
	}

	function wake(lane: Lane, notBefore?: number): void {
		if (ending.signal.aborted) return;
		// The lane waits for a retry; an earlier run would probably fail again.
		if (failures.has(lane) && delayed.has(lane)) return;
		if (notBefore !== undefined && notBefore > clock.now()) delayed.set(lane, notBefore);
		else enqueue(lane);
	}

	async function stop(): Promise<void> {
		ending.abort();
		delayed.clear();
		for (const queue of queues) queue.clear();
		for (const [lane, state] of awake) if (!state.running) awake.delete(lane);
		await Promise.all(queues.map((queue) => queue.onIdle()));
	}

	/** Lanes of one kind can wake lanes of another, so that all queues have to be idle at the same time. */
	async function idle(): Promise<void> {
		while (queues.some((queue) => queue.size + queue.pending > 0))
			await Promise.all(queues.map((queue) => queue.onIdle()));
	}

	if (signal?.aborted) void stop();
	signal?.addEventListener("abort", () => void stop(), { once: true });

	return { wake, stop, idle };
}
