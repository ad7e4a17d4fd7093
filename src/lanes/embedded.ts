import PQueue from "p-queue";
import type { Clock } from "#core/clock.ts";
import type { Lane, LaneHandler, Lanes } from "#core/ports/lanes.ts";
import type { Logger } from "#core/ports/logger.ts";
import { createAlarms } from "./alarms.ts";
import { createPace } from "./pace.ts";

const beginPerTurn = 32;

export interface EmbeddedLanesOptions {
	readonly handler: LaneHandler;
	/** Lanes that run beside each other at most. */
	readonly concurrency: number;
	/**
	 * Lanes of these kinds (the part of a lane's name before the colon) have places of their own, so many each: they neither take
	 * those of the others nor wait for them.
	 */
	readonly pools?: Readonly<Record<string, number>>;
	readonly clock: Clock;
	readonly logger: Logger;
	/** Aborted: the same as {@link Lanes.stop}. */
	readonly signal?: AbortSignal;
	/** Wait after the first and at most after any failed run, in milliseconds; default 1 s and 1 min. */
	readonly backOff?: { readonly first: number; readonly most: number };
}

/** What is remembered of a lane that is awake; of any other lane nothing is. */
interface Awake {
	running: boolean;
	/** It was woken while it ran: it runs again. */
	dirty: boolean;
}

/**
 * Lanes inside one process: one dirty flag per lane that is awake, p-queue for who runs when. A lane that is woken again
 * goes to the end of the line, so a busy lane delays no other.
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
	/** Failed runs in a row of lanes that wait for their next try. */
	const failures = new Map<Lane, number>();
	const alarms = createAlarms(clock, enqueue);
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
		// Whoever was still waiting when the lanes were stopped does not begin any more.
		if (ending.signal.aborted) return;
		state.running = true;
		try {
			const next = await handler(lane, ending.signal);
			failures.delete(lane);
			awake.delete(lane);
			if (state.dirty) enqueue(lane);
			if (next !== undefined) wake(lane, next);
		} catch (error) {
			// What woke it meanwhile waits with it for the next try.
			awake.delete(lane);
			retryLater(lane, error);
		}
	}

	function retryLater(lane: Lane, error: unknown): void {
		const count = (failures.get(lane) ?? 0) + 1;
		const delay = Math.min(most, first * 2 ** (count - 1));
		logger.error({ err: error, lane, failures: count, retryInMs: delay }, "a lane's run failed");
		if (ending.signal.aborted) return;
		failures.set(lane, count);
		alarms.set(lane, clock.now() + delay);
	}

	function wake(lane: Lane, notBefore?: number): void {
		if (ending.signal.aborted) return;
		// It waits for its next try; a run before would only fail once more.
		if (failures.has(lane) && alarms.has(lane)) return;
		if (notBefore !== undefined && notBefore > clock.now()) alarms.set(lane, notBefore);
		else enqueue(lane);
	}

	async function stop(): Promise<void> {
		ending.abort();
		alarms.clear();
		for (const queue of queues) queue.clear();
		for (const [lane, state] of awake) if (!state.running) awake.delete(lane);
		await Promise.all(queues.map((queue) => queue.onIdle()));
	}

	/** Work of one kind may wake lanes of another, so all have to be idle at the same moment. */
	async function idle(): Promise<void> {
		while (queues.some((queue) => queue.size + queue.pending > 0))
			await Promise.all(queues.map((queue) => queue.onIdle()));
	}

	if (signal?.aborted) void stop();
	signal?.addEventListener("abort", () => void stop(), { once: true });

	return { wake, stop, idle };
}
