/**
 * Runs one benchmark and writes `bench/results/<name>.{json,md}`:
 *
 *     npm run bench -- b1-signed-inbox [rounds=5] […]
 *
 * Causeway is compared with a floor, which does only the work that no implementation can avoid, and with a peer, which is another
 * implementation. The comment at the head of each file says what it measures. Everything runs on loopback and ends by itself. The
 * figures are reliable only if the machine is otherwise idle, so the results have a column with the CPU time of other programs.
 */
import { readdirSync } from "node:fs";
import path from "node:path";
import { optionsIn } from "./options.ts";
import { type Report, writeReport } from "./report.ts";

/** The default export of every file of this folder that is named `b<number>-<what>.ts` or `identity-<what>.ts`. */
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
