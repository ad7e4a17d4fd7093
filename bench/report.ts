import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import path from "node:path";
import { type Results, type Summary, short } from "./rounds.ts";

/** A figure, and the value that it should reach. */
export interface Goal {
	readonly what: string;
	readonly value: number;
	/** The lower or upper bound. */
	readonly goal: { readonly atLeast: number } | { readonly atMost: number };
}

export interface Report {
	/** What was done and how often, in one sentence. */
	readonly about: string;
	readonly rounds: number;
	readonly results: Results;
	readonly goals: readonly Goal[];
	/** What a reader must know to judge the figures, such as the limits of the run. */
	readonly notes?: readonly string[];
}

const folder = path.join(import.meta.dirname, "results");

/** Writes the report as JSON and as Markdown, and prints the Markdown. */
export async function writeReport(name: string, words: readonly string[], report: Report): Promise<void> {
	const run = {
		command: ["npm run bench --", name, ...words].join(" "),
		commit:
			git("rev-parse", "--short=12", "HEAD") +
			(git("status", "--porcelain", "--", "src", "bridges") === "" ? "" : " and uncommitted changes"),
		date: new Date().toISOString(),
		machine: {
			cores: cpus().length,
			model: cpus()[0]?.model ?? "unknown",
			memoryGb: Math.round(totalmem() / 1e9),
			node: process.version,
		},
	};
	const text = asMarkdown(name, run, report);
	mkdirSync(folder, { recursive: true });
	writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify({ name, ...run, ...report }, undefined, "\t")}\n`);
	writeFileSync(path.join(folder, `${name}.md`), text);
	console.log(`\n${text}`);
}

type Run = {
	readonly command: string;
	readonly commit: string;
	readonly date: string;
	readonly machine: {
		readonly cores: number;
		readonly model: string;
		readonly memoryGb: number;
		readonly node: string;
	};
};

function asMarkdown(name: string, { command, commit, date, machine }: Run, report: Report): string {
	const { cores, model, memoryGb, node } = machine;
	return [
		`# ${name}`,
		"",
		report.about,
		"",
		`\`${command}\`, commit ${commit}, ${date.slice(0, 16)}Z, ${cores} cores (${model}), ${memoryGb} GB, Node ${node}; ${report.rounds} rounds in turns, median (lowest – highest).`,
		"",
		...resultsTable(report.results),
		"",
		"| goal | measured | asked | |",
		"|---|---:|---:|---|",
		...report.goals.map(goalRow),
		...(report.notes?.length ? ["", ...report.notes.map((note) => `- ${note}`)] : []),
		"",
	].join("\n");
}

function resultsTable(results: Results): readonly string[] {
	const figures = [...new Set(Object.values(results).flatMap((side) => Object.keys(side)))];
	const cell = (summary: Summary | undefined): string =>
		summary === undefined ? "" : `${short(summary.median)} (${short(summary.min)} – ${short(summary.max)})`;
	return [
		`| | ${figures.join(" | ")} |`,
		`|---|${figures.map(() => "---:|").join("")}`,
		...Object.entries(results).map(
			([side, summaries]) => `| ${side} | ${figures.map((figure) => cell(summaries[figure])).join(" | ")} |`,
		),
	];
}

function goalRow({ what, value, goal }: Goal): string {
	const met = isMet({ value, goal });
	const asked = "atLeast" in goal ? `≥ ${short(goal.atLeast)}` : `≤ ${short(goal.atMost)}`;
	return `| ${what} | ${short(value)} | ${asked} | ${met ? "met" : "**missed**"} |`;
}

const isMet = ({ value, goal }: Pick<Goal, "value" | "goal">): boolean =>
	"atLeast" in goal ? value >= goal.atLeast : value <= goal.atMost;

function git(...args: readonly string[]): string {
	try {
		return execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8" }).trim();
	} catch {
		return "unknown";
	}
}
