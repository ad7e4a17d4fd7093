import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

/**
 * Writes the results of a long run to `test/results/<date>-<commit>.md`, which is then committed.
 *
 * @param {{ output: string, passed: number, failed: number, seed: string, startedAt: Date }} run
 */
export function saveSummary({ output, passed, failed, seed, startedAt }) {
	const git = (/** @type {string[]} */ ...args) => execFileSync("git", args, { encoding: "utf8" }).trim();
	const commit = git("rev-parse", "--short=10", "HEAD");
	const changed = git("status", "--porcelain", "--untracked-files=no") === "" ? "" : ", with uncommitted changes";
	const minutes = ((Date.now() - startedAt.getTime()) / 60_000).toFixed(1);
	const facts = [
		`- commit: ${commit}${changed}`,
		`- seed: ${seed}`,
		`- result: ${passed} passed, ${failed} failed, in ${minutes} minutes`,
		`- machine: ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.versions.node}`,
	];
	mkdirSync("test/results", { recursive: true });
	const file = `test/results/${startedAt.toISOString().slice(0, 10)}-${commit}.md`;
	writeFileSync(
		file,
		`# Long run of ${startedAt.toISOString()}\n\n${facts.join("\n")}\n\n\`\`\`\n${output.trim()}\n\`\`\`\n`,
	);
	console.log(`The results are in ${file}`);
}
