/**
 * Runs one benchmark beside its floor and its peer and writes `bench/results/<name>.{json,md}`:
 *
 *     npm run bench -- b1-signed-inbox [rounds=5] […]
 *
 * What each of them measures, and against what, stands at the head of its file. Everything runs on loopback and ends by
 * itself; a figure is worth as much as the machine was quiet, hence the column of foreign CPU.
 */
import { readdirSync } from "node:fs";
import path from "node:path";
import { optionsIn } from "./options.ts";
import { type Report, writeReport } from "./report.ts";

/** A benchmark: every file of this folder named `b<number>-<what>.ts` or `identity-<what>.ts` has one as its default export. */
export type Benchmark = (options: Readonly<Record<string, string>>) => Promise<Report>;

const names = readdirSync(import.meta.dirname)
	.filter((file) => /^(b\d+|identity)-.*\.ts$/.test(file))
	.map((file) => path.basename(file, ".ts"))
	.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
const [asked = "", ...rest] = process.argv.slice(2);
const name = names.find((known) => known === asked || known.startsWith(`${asked}-`));

if (name === undefined) {
	console.error(`usage: npm run bench -- <name> [option=value …]\n\n${names.map((known) => `  ${known}`).join("\n")}`);
	process.exitCode = 2;
} else {
	const { default: benchmark } = (await import(`./${name}.ts`)) as { default: Benchmark };
	await writeReport(name, rest, await benchmark(optionsIn(rest)));
}
