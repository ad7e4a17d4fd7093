import type { Clock } from "#core/clock.ts";
import type { Lane } from "#core/ports/lanes.ts";

/** The longest delay of a timer in Node. */
const LONGEST_MS = 2 ** 31 - 1;

/** The delayed wakes of lanes: the earliest one per lane. They do not keep the process alive. */
export interface DelayedWakes {
	/** Wakes the lane at a time, unless it is to be woken earlier. @param at milliseconds since 1970 */
	set(lane: Lane, at: number): void;
	has(lane: Lane): boolean;
	clear(): void;
}

/** @param onDue called when a delayed wake is due */
export function createDelayedWakes(clock: Clock, onDue: (lane: Lane) => void): DelayedWakes {
	/** `when`: by the monotonic clock. */
	const delayed = new Map<Lane, { readonly when: number; readonly timer: NodeJS.Timeout }>();

	/** @param wait milliseconds */
	function arm(lane: Lane, at: number, wait: number): void {
		const timer = setTimeout(fire, wait, lane, at, wait);
		delayed.set(lane, { when: performance.now() + wait, timer: timer.unref() });
	}

	/** Timers can fire a little early. If more is left than the whole wait, the clock was set back, and the wait is over. */
	function fire(lane: Lane, at: number, waited: number): void {
		const left = at - clock.now();
		if (left > 0 && left <= waited) return arm(lane, at, left);
		delayed.delete(lane);
		onDue(lane);
	}

	return {
		set(lane, at) {
			const wait = Math.min(Math.max(at - clock.now(), 1), LONGEST_MS);
			const known = delayed.get(lane);
			if (known !== undefined && known.when <= performance.now() + wait) return;
			clearTimeout(known?.timer);
			arm(lane, at, wait);
		},
		has: (lane) => delayed.has(lane),
		clear() {
			for (const { timer } of delayed.values()) clearTimeout(timer);
			delayed.clear();
		},
	};
}
