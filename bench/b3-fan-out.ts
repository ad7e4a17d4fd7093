/**
 * B3: one memo to 10,000 followers on 1,000 hosts with a shared inbox each, which answer at once or after 50 ms. Measured is the
 * time from the POST until the last host has the memo. The floor is a loop over undici's pools with the same signatures and no
 * store. The peer is Fedify in its fastest setting. The benchmark also measures how the time grows with the number of hosts and
 * of followers, and how long a POST takes while deliveries are running.
 */
import { setTimeout as rest } from "node:timers/promises";
import { type FanOutScene, openFanOut, type Send } from "./fan-out-scene.ts";
import type { Following } from "./followers.ts";
import { whole } from "./options.ts";
import type { Setting } from "./peers/fedify.ts";
import {
	cpuEach,
	cpuRatio,
	type Figures,
	foreignCores,
	type Interleaved,
	interleave,
	medianOf,
	quantile,
	quietness,
	type Side,
	summaryOf,
} from "./rounds.ts";
import type { Benchmark } from "./run.ts";
import { measured, memoryOf } from "./usage.ts";

const delays = [0, 50];
/** The first is used for the comparison; the others show what the time grows with. */
const followings: readonly Following[] = [
	{ handle: "h1000", hosts: 1000, each: 10 },
	{ handle: "h500", hosts: 500, each: 10 },
	{ handle: "h250", hosts: 250, each: 10 },
	{ handle: "h250many", hosts: 250, each: 100 },
];
const settings: readonly Setting[] = [100, 20].flatMap((parallel) =>
	(["auto", "skip"] as const).map((fanout) => ({ parallel, fanout })),
);
/** Requests that the floor has in flight at once: one to each host, which was its fastest setting. */
const floorAtOnce = 1000;

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 5);
	const memos = whole(options, "memos", 5);
	const posts = whole(options, "posts", 100);
	await using scene = await openFanOut(followings);
	const best = new Map<number, Setting>();
	for (const delay of delays) best.set(delay, await fastest(scene, delay));

	const run = await compare(scene, best, memos, rounds);
	await scene.sink.call("delayAnswers", 0);
	const growing = await grow(scene, memos, rounds);
	const secondsOf = (hosts: number, each: number): number =>
		medianOf(growing.results, nameOf({ hosts, each }), "seconds a memo");
	const posting = await interleave([{ name: "POST", round: () => post(scene, posts, secondsOf(1000, 10)) }], 1);

	const results = { ...run.results, ...growing.results, ...posting.results };
	const ratio = (delay: number, to: string): number =>
		medianOf(results, `Causeway, sink ${delay} ms`, "deliveries/s") /
		medianOf(results, `${to}, sink ${delay} ms`, "deliveries/s");
	const linear = (hosts: number) => ({
		what: `time of ${hosts} hosts ÷ of ${hosts / 2} (linear: 2)`,
		value: secondsOf(hosts, 10) / secondsOf(hosts / 2, 10),
		goal: { atMost: 2.2 },
	});
	return {
		about: `One memo to 10,000 followers on 1,000 hosts, ${memos} in each round, from the POST until the last host has it; each memo arrived exactly once at each host, with a correct digest.`,
		rounds,
		results,
		goals: [
			...delays.flatMap((delay) => [
				{ what: `× floor, sink ${delay} ms`, value: ratio(delay, "floor"), goal: { atLeast: 0.75 } },
				{ what: `× Fedify, sink ${delay} ms`, value: ratio(delay, "Fedify 2.3.6"), goal: { atLeast: 2 } },
			]),
			{
				what: `POST of the memo, p99 of ${posts}, ms`,
				value: medianOf(results, "POST", "p99 ms"),
				goal: { atMost: 50 },
			},
			{
				what: "another's POST amid its deliveries, p99, ms",
				value: medianOf(results, "POST", "amid p99 ms"),
				goal: { atMost: 50 },
			},
			linear(1000),
			linear(500),
			{
				what: "time of 100 followers per host ÷ of 10",
				value: secondsOf(250, 100) / secondsOf(250, 10),
				goal: { atMost: 1.1 },
			},
		],
		notes: [
			`Compared: ${quietness(run)}`,
			...delays.map((delay) => cpuRatio(results, `Causeway, sink ${delay} ms`, `floor, sink ${delay} ms`)),
			`Growth: ${quietness(growing)}`,
			...[...best].map(
				([delay, { parallel, fanout }]) =>
					`Fedify at ${delay} ms was fastest with ParallelMessageQueue(${parallel}), fanout ${fanout}, of ${settings.length} settings tried with 250 hosts.`,
			),
			`The floor has ${floorAtOnce} requests in flight at once. "first contact": the first memo of a round, which opens the connections.`,
		],
	};
};
export default benchmark;

/** Finds the peer's fastest setting. */
async function fastest({ sink, sendOne, byFedify }: FanOutScene, delay: number): Promise<Setting> {
	await sink.call("delayAnswers", delay);
	const tried = [];
	for (const setting of settings) tried.push({ setting, seconds: await sendOne(250, byFedify(setting, 250)) });
	return tried.sort((a, b) => a.seconds - b.seconds)[0]?.setting as Setting;
}

/** Measures Causeway, the floor and the peer in turns. */
async function compare(
	scene: FanOutScene,
	best: ReadonlyMap<number, Setting>,
	memos: number,
	rounds: number,
): Promise<Interleaved> {
	const { sink, floor, fedify, server, sendOne, byCauseway, byFloor, byFedify } = scene;

	/**
	 * The first memo opens the connections, and the following memos use them. The floor's `send` resolves with the last answer, so
	 * every side gets time to receive its last answers before the next memo.
	 */
	async function round(pid: number, delay: number, count: number, send: Send): Promise<Figures> {
		await sink.call("delayAnswers", delay);
		const first = await sendOne(1000, send);
		const seconds: number[] = [];
		const { cpu, foreign } = await measured(pid, async () => {
			for (let n = 0; n < count; n++) {
				await rest(2 * delay + 50);
				seconds.push(await sendOne(1000, send));
			}
		});
		return {
			"deliveries/s": 1000 / summaryOf(seconds).median,
			"first contact/s": 1000 / first,
			[cpuEach]: cpu / count,
			[foreignCores]: foreign,
		};
	}

	const sides: Side[] = [
		{ name: "RSA-2048 alone", round: async () => ({ "signatures/s": await floor.call("signatures", 1) }) },
	];
	for (const [delay, setting] of best) {
		const causeway = async (): Promise<Figures> => ({
			...(await round(server.pid, delay, memos, byCauseway("h1000"))),
			"RSS MB": memoryOf(server.pid).rss,
		});
		sides.push(
			{ name: `Causeway, sink ${delay} ms`, round: causeway },
			{ name: `floor, sink ${delay} ms`, round: () => round(floor.pid, delay, memos, byFloor(floorAtOnce)) },
			{ name: `Fedify 2.3.6, sink ${delay} ms`, round: () => round(fedify.pid, delay, 1, byFedify(setting, 1000)) },
		);
	}
	return interleave(sides, rounds);
}

const nameOf = ({ hosts, each }: Pick<Following, "hosts" | "each">): string => `${hosts} hosts, ${each} followers each`;

/** Measures the same memo with fewer hosts, and with more followers on the same number of hosts. */
async function grow({ server, sendOne, byCauseway }: FanOutScene, memos: number, rounds: number): Promise<Interleaved> {
	const side = ({ handle, hosts, each }: Following): Side => ({
		name: nameOf({ hosts, each }),
		async round() {
			await sendOne(hosts, byCauseway(handle));
			const seconds: number[] = [];
			const { foreign } = await measured(server.pid, async () => {
				for (let n = 0; n < memos; n++) seconds.push(await sendOne(hosts, byCauseway(handle)));
			});
			const { median } = summaryOf(seconds);
			return { "seconds a memo": median, "deliveries/s": hosts / median, [foreignCores]: foreign };
		},
	});
	return interleave(followings.map(side), rounds);
}

/** Measures how long the POST of a memo takes, and the POST of another account while that memo is being delivered. */
async function post({ server, sendOne, byCauseway }: FanOutScene, count: number, seconds: number): Promise<Figures> {
	const own: number[] = [];
	const amid: number[] = [];
	const { foreign } = await measured(server.pid, async () => {
		for (let n = 0; n < count; n++) {
			const sending = sendOne(1000, timed(byCauseway("h1000"), own));
			await new Promise((resolve) => setTimeout(resolve, (n / count) * 1000 * seconds));
			await timed(byCauseway("bystander"), amid)(`bystander-${n}`);
			await sending;
		}
	});
	const at = (latencies: readonly number[], share: number): number =>
		quantile(
			latencies.toSorted((a, b) => a - b),
			share,
		);
	return {
		"p50 ms": at(own, 0.5),
		"p99 ms": at(own, 0.99),
		"amid p50 ms": at(amid, 0.5),
		"amid p99 ms": at(amid, 0.99),
		[foreignCores]: foreign,
	};
}

/** Records the duration of each call in milliseconds. */
const timed =
	(send: Send, latencies: number[]): Send =>
	async (marker) => {
		const start = performance.now();
		await send(marker);
		latencies.push(performance.now() - start);
	};
