/**
 * Measures the event loop of the program into which it is loaded with `--import`. At each SIGUSR2 it writes the delays since the
 * last one, in milliseconds, to the file that `BENCH_EVENT_LOOP` names.
 */
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const file = process.env["BENCH_EVENT_LOOP"];
const resolutionMs = 1;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();
// The monitor measures the time between two ticks of its own timer, which includes the resolution.
const ms = (ns: number): number => Math.max(0, ns / 1e6 - resolutionMs);
process.on("SIGUSR2", () => {
	if (file !== undefined) writeFileSync(file, JSON.stringify({ max: ms(delay.max), p99: ms(delay.percentile(99)) }));
	delay.reset();
});
