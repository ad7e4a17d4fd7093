// npm test: installs what the machine lacks, checks the code, runs the suites with coverage, and prints the totals in its last line.
//
//   npm test                          everything
//   npm test -- test/config.test.ts   only these files, without check and coverage
//   npm run test:long                 the suites with full counts; writes a summary to test/results/
//   npm run test:mongodb              the store's contract and the flows on the MongoDB server at MONGODB_URL
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { delimiter, resolve } from "node:path";
import { parseArgs } from "node:util";
import { countResults } from "./count-results.js";
import { saveSummary } from "./save-summary.js";
import { typeOnlyFiles } from "./type-only.js";

const { values: options, positionals: named } = parseArgs({
	options: { long: { type: "boolean", default: false }, mongodb: { type: "boolean", default: false } },
	allowPositionals: true,
});
const lineFloor = 90;
/** A guard against a run that hangs: no successful run takes this long. */
const guardMs = options.long ? 24 * 3_600_000 : 60 * 60_000;
const seed = process.env.CAUSEWAY_TEST_SEED ?? String(randomInt(2 ** 31));

const { NODE_OPTIONS: _options, FORCE_COLOR: _color, ...inherited } = process.env;
/** @type {NodeJS.ProcessEnv} */
const env = {
	...inherited,
	// As npm does, so that `node scripts/test.js` finds the same programs.
	PATH: `${resolve("node_modules/.bin")}${delimiter}${inherited.PATH ?? ""}`,
	NO_COLOR: "1",
	TERM: "dumb",
	CAUSEWAY_TEST_SEED: seed,
	...(options.long ? { CAUSEWAY_LONG: "1" } : {}),
	...(options.mongodb ? { CAUSEWAY_TEST_STORE: "mongodb" } : {}),
};

/** @type {import("node:child_process").ChildProcess | undefined} */
let running;
let stopped = false;
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, () => stop(signal));
const guard = setTimeout(() => {
	console.error(`The tests were stopped after ${guardMs / 60_000} minutes, because something seems to hang.`);
	stop("SIGTERM");
}, guardMs);
process.exitCode = await runAll();
clearTimeout(guard);

async function runAll() {
	const startedAt = new Date();
	if (options.mongodb && (process.env.MONGODB_URL ?? "") === "") {
		console.error(
			"npm run test:mongodb needs a MongoDB server: set MONGODB_URL, for example to mongodb://127.0.0.1:27017",
		);
		return 1;
	}
	const whole = named.length === 0 && !options.mongodb;
	const before = [["node", "scripts/provision.js"], ...(whole ? [["npm", "run", "-s", "check"]] : [])];
	for (const command of before) {
		const { code } = await run(command);
		if (code === 0 || stopped) continue;
		console.log("0 passed, 1 failed");
		return code;
	}
	console.log(`seed ${seed}: CAUSEWAY_TEST_SEED=${seed} repeats the same random cases`);
	const files = options.mongodb ? ["test/store/mongodb*.test.ts", "test/flows/**/*.test.ts"] : named;
	const { code, output } = await run([...(whole ? coverage() : []), "ava", ...files]);
	const { passed, failed } = countResults(output);
	if (options.long) saveSummary({ output, passed, failed, seed, startedAt });
	// A run can fail without a failed test: there was too little coverage, or no test at all.
	console.log(`${passed} passed, ${code !== 0 && failed === 0 ? 1 : failed} failed`);
	return code;
}

function coverage() {
	const shown = [
		"--all",
		"--src=src",
		"--src=bridges",
		"--include=src/**",
		"--include=bridges/**",
		"--reporter=text-summary",
		"--reporter=lcovonly",
	];
	const hidden = typeOnlyFiles(["src", "bridges"]).map((file) => `--exclude=${file}`);
	return ["c8", ...shown, ...hidden, "--check-coverage", `--lines=${lineFloor}`];
}

/**
 * Runs a command in a process group of its own, so that stopping it also stops every process that it has started.
 *
 * @param {readonly string[]} command
 * @returns {Promise<{ code: number, output: string }>}
 */
function run([program = "", ...args]) {
	if (stopped) return Promise.resolve({ code: 130, output: "" });
	return new Promise((settle, reject) => {
		const child = spawn(program, args, { env, detached: true, stdio: ["ignore", "pipe", "inherit"] });
		running = child;
		let output = "";
		child.stdout.setEncoding("utf8").on("data", (chunk) => {
			output += chunk;
			process.stdout.write(chunk);
		});
		child.on("error", reject);
		child.on("close", (code) => {
			running = undefined;
			settle({ code: code ?? 130, output });
		});
	});
}

/** @param {NodeJS.Signals} signal */
function stop(signal) {
	stopped = true;
	const group = running?.pid;
	if (group === undefined) return;
	kill(group, signal);
	setTimeout(() => kill(group, "SIGKILL"), 15_000).unref();
}

/**
 * @param {number} group
 * @param {NodeJS.Signals} signal
 */
function kill(group, signal) {
	try {
		process.kill(-group, signal);
	} catch {
		// The process group has already ended.
	}
}
