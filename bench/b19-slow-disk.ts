/**
 * B19: 20 clients post memos, one after the other each, while two others ask for `/healthz` and for a page of the timeline, on a disk
 * whose flushes take no longer than they do, and on the same disk when each takes 30 ms longer. What reads should not notice the disk;
 * what writes waits for one or two flushes. (The delay is a library's that is preloaded: `test/support/slow-disk.c`.)
 */
import { setTimeout as rest } from "node:timers/promises";
import { request } from "undici";
import { slowDisk } from "../test/support/slow-disk.ts";
import { api, installCauseway } from "./causeway.ts";
import { openFolder } from "./folder.ts";
import { whole } from "./options.ts";
import { type Figures, foreignCores, interleave, medianOf, quantile, quietness } from "./rounds.ts";
import type { Benchmark } from "./run.ts";
import { measured } from "./usage.ts";

const writers = 20;
/** The pause of each reader between two requests, in milliseconds. */
const pauseMs = 5;

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 5);
	const seconds = whole(options, "seconds", 5);
	const slowMs = whole(options, "ms", 30);
	using folder = openFolder();
	const disk = slowDisk(folder.path);
	// The server inherits the environment.
	Object.assign(process.env, disk.env);
	const causeway = await installCauseway(folder.path);
	await causeway.command("user", "add", "jane");
	const token = await causeway.command("token", "add", "jane");
	await using server = await causeway.serve();
	const { timeline } = await api<{ timeline: { group: string; channel: string } }>(causeway, token, "GET", "/api/me");
	const memos = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
	const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };

	/** @returns how many milliseconds the answer took */
	async function ask(method: "GET" | "POST", path: string, expected: number, body?: object): Promise<number> {
		const start = performance.now();
		const answer = await request(`${causeway.origin}${path}`, {
			method,
			headers,
			body: body === undefined ? null : JSON.stringify(body),
		});
		await answer.body.dump();
		if (answer.statusCode !== expected) throw new Error(`${method} ${path} was answered with ${answer.statusCode}`);
		return performance.now() - start;
	}

	async function load(ms: number): Promise<Figures> {
		disk.set(ms);
		const end = performance.now() + seconds * 1000;
		const took = { posts: [] as number[], probes: [] as number[], pages: [] as number[] };
		async function repeat(into: number[], pause: number, work: () => Promise<number>): Promise<void> {
			while (performance.now() < end) {
				into.push(await work());
				if (pause > 0) await rest(pause);
			}
		}
		const post = () => ask("POST", memos, 201, { type: "memo", content: { text: `memo ${took.posts.length}` } });
		const { foreign } = await measured(server.pid, () =>
			Promise.all([
				...Array.from({ length: writers }, () => repeat(took.posts, 0, post)),
				repeat(took.probes, pauseMs, () => ask("GET", "/healthz", 200)),
				repeat(took.pages, pauseMs, () => ask("GET", `${memos}?limit=50`, 200)),
			]),
		);
		const of = (times: readonly number[], share: number): number =>
			quantile(
				times.toSorted((a, b) => a - b),
				share,
			);
		return {
			"posts/s": took.posts.length / seconds,
			"post p50 ms": of(took.posts, 0.5),
			"post p99 ms": of(took.posts, 0.99),
			"healthz p50 ms": of(took.probes, 0.5),
			"healthz p99 ms": of(took.probes, 0.99),
			"timeline p50 ms": of(took.pages, 0.5),
			"timeline p99 ms": of(took.pages, 0.99),
			[foreignCores]: foreign,
		};
	}

	const slow = `+ ${slowMs} ms`;
	const sides = [
		{ name: "disk as it is", round: () => load(0) },
		{ name: slow, round: () => load(slowMs) },
	];
	await load(0);
	const run = await interleave(sides, rounds);
	disk.set(0);
	const { results } = run;
	const ratio = (figure: string): number =>
		medianOf(results, slow, figure) / medianOf(results, "disk as it is", figure);
	return {
		about: `${writers} clients post as fast as they are answered, while a probe and a page of 50 memos are asked for every ${pauseMs} ms, for ${seconds} s a round; each flush as fast as the disk is, or ${slowMs} ms slower.`,
		rounds,
		results,
		goals: ["healthz p50 ms", "healthz p99 ms", "timeline p50 ms", "timeline p99 ms"].map((figure) => ({
			what: `${figure}, slow disk ÷ disk as it is`,
			value: ratio(figure),
			goal: { atMost: 1.2 },
		})),
		notes: [quietness(run)],
	};
};
export default benchmark;
