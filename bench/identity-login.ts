/**
 * Sign-ins with right passwords, wrong passwords and unknown names, more at once than the provider queues, while a signed-in user
 * keeps reading. The floor computes the same hashes, two at a time, and nothing else. The delay of the event loop is measured in
 * the provider's process.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { api, installCauseway } from "./causeway.ts";
import type { Hashes } from "./floors/hashes.ts";
import { openFolder } from "./folder.ts";
import { whole } from "./options.ts";
import { cpuEach, cpuRatio, foreignCores, interleave, medianOf, quantile, quietness, type Side } from "./rounds.ts";
import type { Benchmark } from "./run.ts";
import { measured } from "./usage.ts";
import { startWorker } from "./worker.ts";

const password = "a quiet harbour";
/** More than the provider queues: some are answered with 503, and try again. */
const callers = 80;

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 3);
	const logins = whole(options, "logins", 200);
	using folder = openFolder();
	const loopFile = path.join(folder.path, "event-loop.json");
	await using floor = await startWorker<Hashes>("floors/hashes.ts");
	const causeway = await installCauseway(folder.path, { registration: { mode: "open" } });
	process.env["BENCH_EVENT_LOOP"] = loopFile;
	process.env.NODE_OPTIONS = `--import ${path.join(import.meta.dirname, "load", "event-loop.ts")}`;
	await using server = await causeway.serve();
	delete process.env.NODE_OPTIONS;
	const call = (at: string, body: object): Promise<Response> =>
		fetch(`${causeway.origin}${at}`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify(body),
		});
	const made = await call("/api/auth/register", { handle: "jane", password });
	if (made.status !== 201) throw new Error(`The account was answered with ${made.status}: ${await made.text()}`);
	const token = await causeway.command("token", "add", "jane");

	/** The delay of the event loop since the last call. */
	async function loopDelay(): Promise<{ max: number; p99: number }> {
		rmSync(loopFile, { force: true });
		process.kill(server.pid, "SIGUSR2");
		while (!existsSync(loopFile) || readFileSync(loopFile, "utf8") === "") await wait(5);
		return JSON.parse(readFileSync(loopFile, "utf8")) as { max: number; p99: number };
	}

	const kinds = [
		{ handle: "jane", password, status: 200 },
		{ handle: "jane", password: "a wrong harbour", status: 401 },
		{ handle: "unknown", password, status: 401 },
	];
	async function storm(): Promise<{ rejected: number; reads: number[] }> {
		let [left, rejected, over] = [logins, 0, false];
		const caller = async (): Promise<void> => {
			for (let number = --left; number >= 0; number = --left) {
				const { status, ...body } = kinds[number % kinds.length] as (typeof kinds)[number];
				for (;;) {
					const answer = await call("/api/auth/login", body);
					await answer.arrayBuffer();
					if (answer.status === status) break;
					if (answer.status !== 503) throw new Error(`A sign-in was answered with ${answer.status}`);
					rejected++;
					await wait(250);
				}
			}
		};
		const reads: number[] = [];
		const reading = (async () => {
			while (!over) {
				const start = performance.now();
				await api(causeway, token, "GET", "/api/me/presence");
				reads.push(performance.now() - start);
				await wait(5);
			}
		})();
		await Promise.all(Array.from({ length: callers }, caller)).finally(() => {
			over = true;
		});
		await reading;
		return { rejected, reads };
	}

	const sides: Side[] = [
		{
			name: "Causeway",
			async round() {
				await loopDelay();
				const { value, seconds, cpu, foreign } = await measured(server.pid, storm);
				const { max, p99 } = await loopDelay();
				const reads = value.reads.sort((a, b) => a - b);
				return {
					"sign-ins/s": logins / seconds,
					"loop max ms": max,
					"loop p99 ms": p99,
					"read p50 ms": quantile(reads, 0.5),
					"read p99 ms": quantile(reads, 0.99),
					"503 answers": value.rejected,
					[cpuEach]: (cpu / logins) * 1000,
					[foreignCores]: foreign,
				};
			},
		},
		{
			name: "floor",
			async round() {
				const { seconds, cpu, foreign } = await measured(floor.pid, () => floor.call("hash", logins));
				return { "sign-ins/s": logins / seconds, [cpuEach]: (cpu / logins) * 1000, [foreignCores]: foreign };
			},
		},
	];
	for (const side of sides) await side.round(0);
	const run = await interleave(sides, rounds);
	const { results } = run;
	return {
		about: `${logins} sign-ins of ${callers} callers at once on POST /api/auth/login, a third of each kind, while a signed-in user reads.`,
		rounds,
		results,
		goals: [
			{
				what: "longest delay of the event loop, ms",
				value: results["Causeway"]?.["loop max ms"]?.max ?? Number.NaN,
				goal: { atMost: 50 },
			},
			{
				what: "× floor",
				value: medianOf(results, "Causeway", "sign-ins/s") / medianOf(results, "floor", "sign-ins/s"),
				goal: { atLeast: 0.8 },
			},
		],
		notes: [quietness(run), cpuRatio(results, "Causeway", "floor")],
	};
};
export default benchmark;
