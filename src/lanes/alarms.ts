import type { Clock } from "#core/clock.ts";
import type { Lane } from "#core/ports/lanes.ts";

/** The longest time that a timer of Node's can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** Delayed wakes: one per lane, the earliest counts. They do not keep the process alive. */
export interface Alarms {
	/** @param at milliseconds since 1970 */
	set(lane: Lane, at: number): void;
	has(lane: Lane): boolean;
	clear(): void;
}

export function createAlarms(clock: Clock, ring: (lane: Lane) => void): Alarms {
	const alarms = new Map<Lane, { readonly at: number; readonly timer: NodeJS.Timeout }>();

	function arm(lane: Lane, at: number): void {
		const timer = setTimeout(fire, Math.min(Math.max(at - clock.now(), 1), LONGEST_MS), lane, at);
		alarms.set(lane, { at, timer: timer.unref() });
	}

	/** Timers may be a little early, and the longest delays need more than one. */
	function fire(lane: Lane, at: number): void {
		if (clock.now() < at) return arm(lane, at);
		alarms.delete(lane);
		ring(lane);
	}

	return {
		set(lane, at) {
			const known = alarms.get(lane);
			if (known !== undefined && known.at <= at) return;
			clearTimeout(known?.timer);
			arm(lane, at);
		},
		has: (lane) => alarms.has(lane),
		clear() {
			for (const { timer } of alarms.values()) clearTimeout(timer);
			alarms.clear();
		},
	};
}
