/**
 * B8: catching up after an outage. No host can be reached while memos are posted, until 100,000 deliveries to 1,000 hosts wait. Measured is
 * the time from the return of the hosts until the last delivery has arrived, the memory, and how long posts take meanwhile.
 */
import { setTimeout as rest } from "node:timers/promises";
import { whole } from "./options.ts";
import { cpuEach, type Figures, foreignCores, interleave, medianOf, quantile, quietness, type Side } from "./rounds.ts";
import type { Benchmark } from "./run.ts";
import { openSinkScene } from "./sink-scene.ts";
import { measured, memoryOf } from "./usage.ts";

const hosts = 1000;
const name = "Causeway";
/** Sinks and provider share the machine; a delivery that has its own answer to wait for is not repeated within this time. */
const outageSeconds = 20;

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 3);
	const memos = whole(options, "memos", 100);
	await using scene = await openSinkScene([
		{ handle: "jane", hosts, each: 1 },
		{ handle: "bystander", hosts: 1, each: 1, first: hosts },
	]);
	const { sink, server } = scene;
	const jane = await scene.post("jane");
	const bystander = await scene.post("bystander");
	let memo = 0;

	async function round(): Promise<Figures> {
		await sink.call("goDown");
		const markers: string[] = [];
		for (let n = 0; n < memos; n++) {
			markers.push(`memo-${++memo}`);
			await jane(markers.at(-1) as string);
		}
		await rest(outageSeconds * 1000);
		const before = memoryOf(server.pid).rss;
		let most = before;
		const latencies: number[] = [];
		let isDone = false;
		const { seconds, cpu, foreign } = await measured(server.pid, async () => {
			await sink.call("comeBack");
			const posting = (async () => {
				while (!isDone) {
					const start = performance.now();
					await bystander(`bystander-${++memo}`);
					latencies.push(performance.now() - start);
					most = Math.max(most, memoryOf(server.pid).rss);
					await rest(100);
				}
			})();
			for (const marker of markers) await sink.call("arrived", marker, hosts);
			isDone = true;
			await posting;
		});
		let repeated = 0;
		for (const marker of markers) repeated += (await sink.call("requests", marker)) - hosts;
		latencies.sort((a, b) => a - b);
		return {
			"seconds until all arrived": seconds,
			"deliveries/s": (memos * hosts) / seconds,
			[cpuEach]: (cpu / memos / hosts) * 1000,
			"RSS before, MB": before,
			"RSS growth, MB": most - before,
			"live POST p50 ms": quantile(latencies, 0.5),
			"live POST p99 ms": quantile(latencies, 0.99),
			"arrived twice": repeated,
			[foreignCores]: foreign,
		};
	}

	const side: Side = { name, round };
	const run = await interleave([side], rounds);
	const figure = (what: string): number => medianOf(run.results, name, what);
	return {
		about: `${memos * hosts} deliveries to ${hosts} hosts that could not be reached for about half a minute, from their return until the last one arrived.`,
		rounds,
		results: run.results,
		goals: [
			{ what: "seconds until all arrived", value: figure("seconds until all arrived"), goal: { atMost: 60 } },
			{ what: "RSS growth, MB", value: figure("RSS growth, MB"), goal: { atMost: 100 } },
			{ what: "deliveries that arrived twice", value: figure("arrived twice"), goal: { atMost: 0 } },
		],
		notes: [
			quietness(run),
			"All hosts fail at once, as when the provider's own connection is down: when the first of them is back, the others are tried, too.",
		],
	};
};
export default benchmark;
