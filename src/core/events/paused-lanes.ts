import { isWithin } from "../clock.ts";
import type { Lane, Lanes } from "../ports/lanes.ts";
import type { CoreContext } from "./context.ts";
import { endPause, isPaused, type LaneTrouble, sleepingLanes } from "./lane-holds.ts";

/** So many hosts that began to fail within so much time of each other probably failed for one reason: our own connection. */
const together = { hosts: 10, ms: 60_000 };
/** A lane is resumed at most this often, since a host that sends may still refuse what it gets. */
const leastMs = 10_000;

/**
 * The lanes that wait because the host behind them fails, as far as this process has seen them. A host that is heard from is probably
 * back, so its lanes need not wait until the end of their pauses, which may be an hour away.
 */
export interface PausedLanes {
	/** Notes what a run has read or written of a lane. */
	note(lane: Lane, trouble: LaneTrouble | undefined): void;
	/** The host behind a lane was heard from. Costs nothing while no lane is paused. */
	heardFrom(lane: Lane): void;
	/** The host behind all lanes whose names begin like this was heard from. */
	heardFromAll(prefix: string): void;
	/** Whether what is planned for a lane is dropped now: its host sleeps, and is not to be tried yet. */
	isAsleep(lane: Lane): boolean;
	/** Counts items that were not even planned because the host of their lane sleeps. */
	drop(lane: Lane, count: number): void;
	/** How many were dropped like this since the last call. */
	takeDropped(lane: Lane): number;
	/** Reads which hosts sleep. Called at start. */
	load(): Promise<void>;
	/** Names the lanes that are woken. */
	wakeIn(lanes: Pick<Lanes, "wake">): void;
}

export function createPausedLanes(context: Pick<CoreContext, "clock" | "logger" | "store">): PausedLanes {
	const { clock, logger } = context;
	/** Since when they fail. */
	const paused = new Map<Lane, number>();
	const asleep = new Map<Lane, LaneTrouble>();
	const dropped = new Map<Lane, number>();
	const resumedAt = new Map<Lane, number>();
	let woken: Pick<Lanes, "wake"> | undefined;

	async function resume(lane: Lane): Promise<void> {
		try {
			note(lane, await endPause(context, lane));
			woken?.wake(lane);
		} catch (error) {
			logger.warn(
				{ err: error, lane },
				"A paused lane could not be resumed; it is tried again at the end of its pause",
			);
		}
	}

	function heardFrom(lane: Lane): void {
		if (!paused.has(lane) || isWithin(resumedAt.get(lane) ?? 0, clock.now(), leastMs)) return;
		resumedAt.set(lane, clock.now());
		void resume(lane);
	}

	function note(lane: Lane, trouble: LaneTrouble | undefined): void {
		if (trouble?.asleep !== undefined) asleep.set(lane, trouble);
		else if (asleep.delete(lane)) dropped.delete(lane);
		const since = paused.get(lane);
		if (trouble !== undefined && (trouble.asked !== true || trouble.asleep !== undefined)) {
			paused.set(lane, trouble.since);
			return;
		}
		paused.delete(lane);
		resumedAt.delete(lane);
		if (since !== undefined && trouble === undefined) resumeThoseDownSince(since);
	}

	/** A host is back. Those that went down together with it are tried, too, except those that sleep. */
	function resumeThoseDownSince(time: number): void {
		const others = [...paused].filter(([lane, since]) => Math.abs(since - time) <= together.ms && !asleep.has(lane));
		if (others.length >= together.hosts) for (const [lane] of others) heardFrom(lane);
	}

	return {
		note,
		isAsleep(lane) {
			const trouble = asleep.get(lane);
			return trouble !== undefined && isPaused(trouble, clock.now());
		},
		drop(lane, count) {
			dropped.set(lane, (dropped.get(lane) ?? 0) + count);
		},
		takeDropped(lane) {
			const count = dropped.get(lane) ?? 0;
			dropped.delete(lane);
			return count;
		},
		async load() {
			for await (const { lane, trouble } of sleepingLanes(context)) note(lane, trouble);
		},
		heardFrom,
		heardFromAll(prefix) {
			for (const lane of paused.keys()) if (lane.startsWith(prefix)) heardFrom(lane);
		},
		wakeIn(lanes) {
			woken = lanes;
		},
	};
}
