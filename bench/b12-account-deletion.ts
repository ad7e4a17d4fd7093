/**
 * B12: an account with 2,000 memos is deleted while another account posts to followers on the same hosts. Measured is the time
 * from the other account's POST until the last host has the memo, before the deletion and during it.
 */
import { setTimeout as rest } from "node:timers/promises";
import { localAccount } from "#core/accounts/find-account.ts";
import { appendAccountDeletion } from "#core/erasure/delete-account.ts";
import { openCore, readConfig } from "../src/gateway.ts";
import { openFanOut } from "./fan-out-scene.ts";
import { whole } from "./options.ts";
import { type Figures, interleave, medianOf, quantile } from "./rounds.ts";
import type { Benchmark } from "./run.ts";

const hosts = 10;
const pauseMs = 100;

const benchmark: Benchmark = async (options) => {
	const memos = whole(options, "memos", 2000);
	const samples = whole(options, "samples", 100);
	await using scene = await openFanOut([
		{ handle: "leaver", hosts, each: 5 },
		{ handle: "poster", hosts, each: 5 },
	]);
	const poster = scene.byCauseway("poster");
	const leaver = scene.byCauseway("leaver");
	for (let n = 0; n < memos; n++) await leaver(`farewell-${n}`);
	await scene.sink.call("arrived", `farewell-${memos - 1}`, hosts);

	async function measure(isOver: (sent: number) => Promise<boolean>): Promise<readonly number[]> {
		const delays: number[] = [];
		const end = performance.now() + 600_000;
		while (!(await isOver(delays.length))) {
			if (performance.now() > end) throw new Error("The removals were not delivered within ten minutes");
			delays.push(1000 * (await scene.sendOne(hosts, poster)));
			await rest(pauseMs);
		}
		return delays;
	}
	const { results } = await interleave(
		[
			{ name: "before", round: async () => figuresOf(await measure(async (sent) => sent >= samples)) },
			{
				name: "during",
				async round() {
					const start = performance.now();
					await deleteAccount(scene.configFile, "leaver");
					const delays = await measure(async () => (await scene.sink.call("requests", "Delete")) > hosts * memos);
					return { ...figuresOf(delays), "seconds until all removals arrived": (performance.now() - start) / 1000 };
				},
			},
		],
		1,
	);
	const ratio = medianOf(results, "during", "p99 ms") / medianOf(results, "before", "p99 ms");
	return {
		about: `An account with ${memos} memos to ${hosts} hosts is deleted while another posts to the same hosts, one memo at a time.`,
		rounds: 1,
		results,
		goals: [
			{ what: "p99 of the delay during the deletion ÷ before", value: ratio, goal: { atMost: 5 } },
			{ what: "longest delay, ms", value: medianOf(results, "during", "longest ms"), goal: { atMost: 1000 } },
		],
	};
};
export default benchmark;

async function deleteAccount(configFile: string, handle: string): Promise<void> {
	await using opened = await openCore(await readConfig(configFile, {}));
	const account = await localAccount(opened.context, handle);
	if (account === undefined) throw new Error(`There is no account ${handle}`);
	await appendAccountDeletion(opened.context, account);
}

function figuresOf(delays: readonly number[]): Figures {
	const sorted = delays.toSorted((a, b) => a - b);
	return {
		"p50 ms": quantile(sorted, 0.5),
		"p99 ms": quantile(sorted, 0.99),
		"longest ms": sorted.at(-1) ?? 0,
		memos: delays.length,
	};
}
