import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * How much the heap may grow, in percent of what was alive at the last full collection, before the next one. V8's own factor
 * depends on the machine's memory and is up to 300 % on a large one.
 */
const growthPercent = 50;

/** The largest space for new objects, in bytes. V8's own limit is 128 MB, which a steady load fills however little is alive. */
const newSpaceBytes = 17_000_000;

/** When the process has collected nothing for this many milliseconds, it is idle. */
const usualIdleMs = 20_000;

/** An idle process gives memory back if its heap takes more than this, in bytes. */
const idleBytes = 60_000_000;

/**
 * Makes V8 prefer little memory to few collections, and returns memory to the system after start-up and after times of load: V8
 * does so only while objects are allocated, so an idle server would keep for ever what its busiest minute needed.
 *
 * @returns stops it
 */
export function keepMemorySmall(idleMs = usualIdleMs): Disposable {
	setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
	collect();
	let collected = performance.now();
	const observer = new PerformanceObserver(() => {
		collected = performance.now();
		limitNewSpace();
	});
	observer.observe({ entryTypes: ["gc"] });
	limitNewSpace();
	const timer = setInterval(() => {
		if (performance.now() - collected < idleMs || committedBytes() < idleBytes) return;
		collect();
		// Nothing more can be given back before the process has worked again.
		collected = Number.POSITIVE_INFINITY;
	}, idleMs / 2).unref();
	return {
		[Symbol.dispose]() {
			clearInterval(timer);
			observer.disconnect();
		},
	};
}

/** V8 reads its limit at the start only, but the factor by which the space grows at each time that it does. */
function limitNewSpace(): void {
	const size = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;
	setFlagsFromString(`--semi-space-growth-factor=${2 * size > newSpaceBytes ? 1 : 2}`);
}

const committedBytes = (): number =>
	getHeapSpaceStatistics().reduce((sum, { physical_space_size: size }) => sum + size, 0);

/** Collects all garbage and returns free pages to the system. Takes about 30 ms after start-up. */
function collect(): void {
	setFlagsFromString("--expose-gc");
	const gc = runInNewContext("gc") as NodeJS.GCFunction;
	setFlagsFromString("--no-expose-gc");
	gc({ type: "major", execution: "sync", flavor: "last-resort" });
}
