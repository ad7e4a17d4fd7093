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
	const delayed = new Map<Lane, { readonly at: number; readonly timer: NodeJS.Timeout }>();

	function arm(lane: Lane, at: number): void {
		const timer = setTimeout(fire, Math.min(Math.max(at - clock.now(), 1), LONGEST_MS), lane, at);
		delayed.set(lane, { at, timer: timer.unref() });
	}

	/** Timers can fire a little early, and long delays need more than one. */
	function fire(lane: Lane, at: number): void {
		if (clock.now() < at) return arm(lane, at);
		delayed.delete(lane);
		onDue(lane);
	}

	return {
		set(lane, at) {
			const known = delayed.get(lane);
			if (known !== undefined && known.at <= at) return;
			clearTimeout(known?.timer);
			arm(lane, at);
		},
		has: (lane) => delayed.has(lane),
		clear() {
			for (const { timer } of delayed.values()) clearTimeout(timer);
			delayed.clear();
		},
	};
}
