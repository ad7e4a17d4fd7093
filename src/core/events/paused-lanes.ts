import { isWithin } from "../clock.ts";
import type { Lane, Lanes } from "../ports/lanes.ts";
import type { CoreContext } from "./context.ts";
import { endPause, type LaneTrouble } from "./lane-holds.ts";

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
	/** Names the lanes that are woken. */
	wakeIn(lanes: Pick<Lanes, "wake">): void;
}

export function createPausedLanes(context: Pick<CoreContext, "clock" | "logger" | "store">): PausedLanes {
	const { clock, logger } = context;
	const paused = new Set<Lane>();
	const resumedAt = new Map<Lane, number>();
	let woken: Pick<Lanes, "wake"> | undefined;

	async function resume(lane: Lane): Promise<void> {
		try {
			await endPause(context, lane);
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

	return {
		note(lane, trouble) {
			if (trouble !== undefined && trouble.asked !== true) paused.add(lane);
			else if (paused.delete(lane)) resumedAt.delete(lane);
		},
		heardFrom,
		heardFromAll(prefix) {
			for (const lane of paused) if (lane.startsWith(prefix)) heardFrom(lane);
		},
		wakeIn(lanes) {
			woken = lanes;
		},
	};
}
