/**
 * B3: one memo to 10,000 followers on 1,000 hosts (a shared inbox each), answered at once or after 50 ms: from the POST until
 * the last host has it. Floor: a loop over undici's pools with the same signatures and no store. Peer: Fedify in its best
 * setting. Then: how long the POST itself takes while deliveries run, and how the time grows with hosts and with followers.
 */
import { generateKeyPairSync } from "node:crypto";
import { api, installCauseway, type Provider } from "./causeway.ts";
import type { FanOutFloor } from "./floors/fan-out.ts";
import { openFolder } from "./folder.ts";
import { addFollowers, type Following, sinkHost } from "./followers.ts";
import { createOfNote } from "./load/note.ts";
import type { Sink } from "./load/sink.ts";
import { whole } from "./options.ts";
import type { FedifyPeer, Setting } from "./peers/fedify.ts";
import { type Figures, interleave, medianOf, quantile, type Results, type Side, summaryOf } from "./rounds.ts";
import type { Benchmark } from "./run.ts";
import { measured, memoryOf } from "./usage.ts";
import { startWorker, type Worker } from "./worker.ts";

const delays = [0, 50];
/** Beside the one that all rounds use: what the time grows with. */
const followings: readonly Following[] = [
	{ handle: "h1000", hosts: 1000, each: 10 },
	{ handle: "h500", hosts: 500, each: 10 },
	{ handle: "h250", hosts: 250, each: 10 },
	{ handle: "h250many", hosts: 250, each: 100 },
];
const settings: readonly Setting[] = [100, 20].flatMap((parallel) =>
	(["auto", "skip"] as const).map((fanout) => ({ parallel, fanout })),
);
/** Requests of the floor in flight at once: one to each host, which was its fastest. */
const floorAtOnce = 1000;

const microseconds = (): number => Number(process.hrtime.bigint() / 1000n);

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 5);
	const memos = whole(options, "memos", 5);
	const posts = whole(options, "posts", 100);
	using folder = openFolder();
	await using sink = await startWorker<Sink>("load/sink.ts");
	await using floor = await startWorker<FanOutFloor>("floors/fan-out.ts");
	await using fedify = await startWorker<FedifyPeer>("peers/fedify.ts");
	const port = await sink.call("open");
	await fedify.call("open");
	const { privateKey } = generateKeyPairSync("rsa", {
		modulusLength: 2048,
		publicKeyEncoding: { type: "spki", format: "pem" },
		privateKeyEncoding: { type: "pkcs8", format: "pem" },
	});
	await floor.call("open", privateKey);

	const causeway = await installCauseway(folder.path);
	const authors = new Map<string, Author>();
	const tokens = new Map<string, string>();
	for (const { handle } of followings) {
		await causeway.command("user", "add", handle);
		tokens.set(handle, await causeway.command("token", "add", handle));
	}
	await addFollowers(causeway.configFile, port, followings);
	await using server = await causeway.serve();
	for (const [handle, token] of tokens) authors.set(handle, await authorOf(causeway, token));
	// Every follower is told first that they are accepted.
	const accepts = followings.reduce((sum, { hosts, each }) => sum + hosts * each, 0);
	await untilQuiet(sink, "Accept", accepts);
	console.log(`${accepts} follows are accepted`);

	let memo = 0;
	/** Sends one memo and waits until each host has it. Resolves with the seconds from before the sending. */
	async function sendOne(hosts: number, send: (marker: string) => Promise<unknown>): Promise<number> {
		const marker = `memo-${++memo}`;
		const start = microseconds();
		await send(marker);
		const { last, requests, hosts: reached, ids, faults } = await sink.call("arrived", marker, hosts);
		if (requests !== hosts || reached !== hosts || ids !== 1 || faults !== 0) {
			throw new Error(
				`${marker} came ${requests} times at ${reached} of ${hosts} hosts under ${ids} ids, with ${faults} faults`,
			);
		}
		return (last - start) / 1e6;
	}

	const inboxes = Array.from({ length: 1000 }, (_, n) => `http://${sinkHost(n, port)}/inbox`);
	const latencies: number[] = [];
	const byCauseway = (handle: string) => async (marker: string) => {
		const started = performance.now();
		await (authors.get(handle) as Author).post(marker);
		latencies.push(performance.now() - started);
	};
	const byFloor = (marker: string) =>
		floor.call(
			"send",
			inboxes,
			createOfNote({
				author: "http://localhost:9/users/jane",
				marker,
				mentioned: { id: inboxes[0] as string, address: "jane@localhost:9" },
			}),
			floorAtOnce,
		);
	const byFedify = (setting: Setting, hosts: number) => (marker: string) =>
		fedify.call("send", setting, inboxes.slice(0, hosts), 10, marker, `<p>The marker of this one is ${marker}.</p>`);

	async function bestSetting(delay: number): Promise<Setting> {
		await sink.call("delayAnswers", delay);
		const tried = [];
		for (const setting of settings) tried.push({ setting, seconds: await sendOne(250, byFedify(setting, 250)) });
		return tried.sort((a, b) => a.seconds - b.seconds)[0]?.setting as Setting;
	}

	/** The first memo after a while opens the connections; those that follow find them open. */
	async function round(
		pid: number,
		delay: number,
		count: number,
		send: (marker: string) => Promise<unknown>,
	): Promise<Figures> {
		await sink.call("delayAnswers", delay);
		const first = await sendOne(1000, send);
		if (count === 0) return { "deliveries/s": 1000 / first, "first contact/s": 1000 / first };
		const seconds: number[] = [];
		const { cpu, foreign } = await measured(pid, async () => {
			for (let n = 0; n < count; n++) seconds.push(await sendOne(1000, send));
		});
		return {
			"deliveries/s": 1000 / summaryOf(seconds).median,
			"first contact/s": 1000 / first,
			"CPU ms each": cpu / count,
			"foreign cores": foreign,
		};
	}

	const sides: Side[] = [
		{ name: "RSA-2048 alone", round: async () => ({ "signatures/s": await floor.call("signatures", 1) }) },
	];
	const best = new Map<number, Setting>();
	for (const delay of delays) {
		const setting = await bestSetting(delay);
		best.set(delay, setting);
		sides.push(
			{
				name: `Causeway, sink ${delay} ms`,
				round: async () => ({
					...(await round(server.pid, delay, memos, byCauseway("h1000"))),
					"RSS MB": memoryOf(server.pid).rss,
				}),
			},
			{ name: `floor, sink ${delay} ms`, round: () => round(floor.pid, delay, memos, byFloor) },
			{ name: `Fedify 2.3.6, sink ${delay} ms`, round: () => round(fedify.pid, delay, 1, byFedify(setting, 1000)) },
		);
	}
	const results: Record<string, Results[string]> = { ...(await interleave(sides, rounds)) };

	await sink.call("delayAnswers", 0);
	const growth = await interleave(
		followings.map(({ handle, hosts, each }) => ({
			name: `${hosts} hosts, ${each} followers each`,
			async round() {
				await sendOne(hosts, byCauseway(handle));
				const seconds = [];
				for (let n = 0; n < memos; n++) seconds.push(await sendOne(hosts, byCauseway(handle)));
				return { "seconds a memo": summaryOf(seconds).median, "deliveries/s": hosts / summaryOf(seconds).median };
			},
		})),
		rounds,
	);
	Object.assign(results, growth);
	const secondsOf = (hosts: number, each: number): number =>
		medianOf(growth, `${hosts} hosts, ${each} followers each`, "seconds a memo");

	// Posted while the memo before is still on its way, at four fifths of what the deliveries can take.
	latencies.length = 0;
	await openLoop(posts, 1250 * secondsOf(1000, 10), () => sendOne(1000, byCauseway("h1000")));
	latencies.sort((a, b) => a - b);
	const p99 = quantile(latencies, 0.99);
	results["POST while deliveries run"] = {
		"p50 ms": summaryOf([quantile(latencies, 0.5)]),
		"p99 ms": summaryOf([p99]),
	};

	const ratio = (delay: number, to: string): number =>
		medianOf(results, `Causeway, sink ${delay} ms`, "deliveries/s") /
		medianOf(results, `${to}, sink ${delay} ms`, "deliveries/s");
	return {
		about: `One memo to 10,000 followers on 1,000 hosts, ${memos} in each round, from the POST until the last host has it; each arrived once at each host, its digest right.`,
		rounds,
		results,
		goals: [
			...delays.flatMap((delay) => [
				{ what: `× floor, sink ${delay} ms`, value: ratio(delay, "floor"), goal: { atLeast: 0.75 } },
				{ what: `× Fedify, sink ${delay} ms`, value: ratio(delay, "Fedify 2.3.6"), goal: { atLeast: 2 } },
			]),
			{ what: `POST, p99 of ${posts} in ms`, value: p99, goal: { atMost: 50 } },
			{
				what: "time of 1,000 hosts ÷ of 500 (linear: 2)",
				value: secondsOf(1000, 10) / secondsOf(500, 10),
				goal: { atMost: 2.2 },
			},
			{
				what: "time of 500 hosts ÷ of 250 (linear: 2)",
				value: secondsOf(500, 10) / secondsOf(250, 10),
				goal: { atMost: 2.2 },
			},
			{
				what: "time of 100 followers per host ÷ of 10",
				value: secondsOf(250, 100) / secondsOf(250, 10),
				goal: { atMost: 1.1 },
			},
		],
		notes: [
			...delays.map(
				(delay) =>
					`Fedify at ${delay} ms was fastest with ParallelMessageQueue(${best.get(delay)?.parallel}), fanout ${best.get(delay)?.fanout}, of ${settings.length} settings tried with 250 hosts.`,
			),
			`The floor has ${floorAtOnce} requests in flight at once. "first contact": the first memo of a round, which opens the connections.`,
		],
	};
};
export default benchmark;

interface Author {
	post(marker: string): Promise<void>;
}

async function authorOf(provider: Provider, token: string): Promise<Author> {
	const { timeline } = await api<{ timeline: { group: string; channel: string } }>(provider, token, "GET", "/api/me");
	const route = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
	return {
		async post(marker) {
			await api(provider, token, "POST", route, {
				type: "memo",
				content: { text: `The marker of this one is ${marker}.`, mime: "text/markdown" },
			});
		},
	};
}

/** Starts the work `count` times, once each interval, whether or not the one before has ended. */
async function openLoop(count: number, intervalMs: number, work: () => Promise<unknown>): Promise<void> {
	const running: Promise<unknown>[] = [];
	for (let n = 0; n < count; n++) {
		running.push(work());
		await new Promise((resolve) => setTimeout(resolve, intervalMs));
	}
	await Promise.all(running);
}

/** @throws {Error} when they do not come within five minutes */
async function untilQuiet(sink: Worker<Sink>, kind: string, count: number): Promise<void> {
	for (
		const end = performance.now() + 300_000;
		(await sink.call("requests", kind)) < count;
		await new Promise((resolve) => setTimeout(resolve, 200))
	) {
		if (performance.now() > end) throw new Error(`Of ${count} ${kind} only ${await sink.call("requests", kind)} came`);
	}
}
