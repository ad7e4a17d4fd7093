/**
 * The cost of authenticating a token, on a store with thousands of tokens. This is done for each request to /api, and again before
 * each event on an open stream. Measured are OAuth access tokens, personal access tokens, and invalid tokens.
 */
import { openFolder } from "./folder.ts";
import type { TokenChecks } from "./load/token-checks.ts";
import { whole } from "./options.ts";
import { cpuEach, foreignCores, interleave, medianOf, quietness, type Side } from "./rounds.ts";
import type { Benchmark } from "./run.ts";
import { measured } from "./usage.ts";
import { startWorker } from "./worker.ts";

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 5);
	const people = whole(options, "people", 5_000);
	const checks = whole(options, "checks", 50_000);
	using folder = openFolder();
	await using worker = await startWorker<TokenChecks>("load/token-checks.ts");
	await worker.call("open", folder.path, people);
	const side = (name: string, kind: "personal" | "oauth" | "wrong"): Side => ({
		name,
		async round() {
			const { value, seconds, foreign } = await measured(worker.pid, () => worker.call("check", kind, checks));
			return { "checks/s": checks / seconds, [cpuEach]: value, [foreignCores]: foreign };
		},
	});
	const sides = [side("OAuth", "oauth"), side("personal", "personal"), side("wrong", "wrong")];
	for (const one of sides) await one.round(0);
	const run = await interleave(sides, rounds);
	return {
		about: `${checks} tokens of ${people} people checked one after the other, on SQLite; CPU of the whole process.`,
		rounds,
		results: run.results,
		goals: sides.map(({ name }) => ({
			what: `CPU ms for a token, ${name}`,
			value: medianOf(run.results, name, cpuEach),
			goal: { atMost: 0.1 },
		})),
		notes: [quietness(run)],
	};
};
export default benchmark;
