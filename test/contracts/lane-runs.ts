import type { ExecutionContext } from "ava";
import type { Lane, LaneHandler, Lanes } from "#core/ports/lanes.ts";

/** Starts a backend for one test; the test's teardown stops it. */
export type StartLanes = (
	t: ExecutionContext,
	options: {
		readonly handler: LaneHandler;
		readonly concurrency: number;
		readonly pools?: Readonly<Record<string, number>>;
		/** The errors that were logged. */
		readonly onError?: (details: object) => void;
		readonly backOff?: { readonly first: number; readonly most: number };
	},
) => Promise<Lanes>;

/** Resolves when `done` returns true. Guarded by the test's own time limit. */
export async function until(done: () => boolean): Promise<void> {
	while (!done()) await new Promise((turn) => setTimeout(turn, 2));
}

/** A short while, as long as a run may take. */
export const soon = () => new Promise((turn) => setTimeout(turn, 20));

/** A run that waits until the test releases it. */
export function gate() {
	const started: Lane[] = [];
	const running: Lane[] = [];
	const held: (() => void)[] = [];
	/** The largest number of runs at once, by the kind of their lanes. */
	const highest = new Map<string, number>();
	const kindOf = (lane: Lane) => lane.split(":")[0] ?? lane;
	return {
		started,
		highest,
		release: () => held.shift()?.(),
		handler: (async (lane) => {
			started.push(lane);
			running.push(lane);
			const kind = kindOf(lane);
			const now = running.filter((other) => kindOf(other) === kind).length;
			highest.set(kind, Math.max(now, highest.get(kind) ?? 0));
			await new Promise<void>((go) => held.push(go));
			running.splice(running.indexOf(lane), 1);
			return undefined;
		}) satisfies LaneHandler,
	};
}

/** Resolves when a lane of another backend has run that is due in `ms` milliseconds. A run that should not happen would have begun by then. */
export async function afterOthers(t: ExecutionContext, start: StartLanes, ms: number): Promise<void> {
	let ran = false;
	const lanes = await start(t, { concurrency: 1, handler: async () => void (ran = true) });
	lanes.wake("after", Date.now() + ms);
	await until(() => ran);
}
