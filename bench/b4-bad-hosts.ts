/**
 * B4: one memo to 1,000 hosts, of which a tenth never answers and a tenth answers 503, against 1,000 hosts that all work. Measured is the
 * time from the POST until the last of the 800 working hosts has the memo, and the processor time that this costs.
 */
import { setTimeout as rest } from "node:timers/promises";
import { whole } from "./options.ts";
import {
	cpuEach,
	type Figures,
	foreignCores,
	interleave,
	medianOf,
	quietness,
	type Side,
	summaryOf,
} from "./rounds.ts";
import type { Benchmark } from "./run.ts";
import { openSinkScene } from "./sink-scene.ts";
import { measured } from "./usage.ts";

const hosts = 1000;
/** Every tenth host hangs, and the one after it answers 503. */
const good = hosts * 0.8;
const [allGood, someBad] = ["1000 good hosts", "800 good and 200 bad hosts"];

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 5);
	const memos = whole(options, "memos", 5);
	await using scene = await openSinkScene([{ handle: "jane", hosts, each: whole(options, "each", 10) }], {
		delivery: { timeoutMs: whole(options, "timeout", 2_000) },
	});
	const { sink, server, post } = scene;
	const jane = await post("jane");
	let memo = 0;

	async function round(isBad: boolean): Promise<Figures> {
		await sink.call("misbehave", isBad);
		const seconds: number[] = [];
		const markers: string[] = [];
		const { cpu, foreign } = await measured(server.pid, async () => {
			for (let n = 0; n < memos; n++) {
				const marker = `memo-${++memo}`;
				markers.push(marker);
				await rest(50);
				const start = Number(process.hrtime.bigint() / 1000n);
				await jane(marker);
				const { lastGood } = await sink.call("arrived", marker, good);
				seconds.push((lastGood - start) / 1e6);
			}
		});
		// The bad hosts work again, and get what they have missed, before the next round.
		await sink.call("misbehave", false);
		for (const marker of markers) await sink.call("arrived", marker, hosts);
		return {
			"seconds a memo": summaryOf(seconds).median,
			[cpuEach]: (cpu / memos / good) * 1000,
			[foreignCores]: foreign,
		};
	}

	const sides: Side[] = [
		{ name: allGood as string, round: () => round(false) },
		{ name: someBad as string, round: () => round(true) },
	];
	for (const side of sides) await side.round(0);
	const run = await interleave(sides, rounds);
	const ratio = (figure: string): number =>
		medianOf(run.results, someBad as string, figure) / medianOf(run.results, allGood as string, figure);
	return {
		about: `One memo to ${hosts} hosts, ${memos} in each round, from the POST until the last of the ${good} that always work has it. In every other round, a tenth of the hosts hangs and a tenth answers 503.`,
		rounds,
		results: run.results,
		goals: [
			{ what: "time with bad hosts ÷ without", value: ratio("seconds a memo"), goal: { atMost: 1.2 } },
			{ what: "CPU with bad hosts ÷ without", value: ratio(cpuEach), goal: { atMost: 1.2 } },
		],
		notes: [quietness(run), "The CPU time is that of the whole server, per memo and good host."],
	};
};
export default benchmark;
