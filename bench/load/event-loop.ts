/**
 * Loaded before a program (`--import`): writes how long its event loop was held up, in milliseconds, to the file named by
 * `BENCH_EVENT_LOOP` at each SIGUSR2, and starts anew.
 */
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const file = process.env["BENCH_EVENT_LOOP"];
const resolutionMs = 1;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();
// What it measures is the time between two ticks of its own timer.
const ms = (ns: number): number => Math.max(0, ns / 1e6 - resolutionMs);
process.on("SIGUSR2", () => {
	if (file !== undefined) writeFileSync(file, JSON.stringify({ max: ms(delay.max), p99: ms(delay.percentile(99)) }));
	delay.reset();
});
