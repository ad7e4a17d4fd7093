#!/usr/bin/env node
// Runs under any Node: what follows needs one that reads TypeScript. Where this one can't, the runtime that `npm ci` brought
// along takes over.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

const needed = { major: 24, minor: 12 };
/** Says to the process that takes over that its parent is this program. */
const handover = "_CAUSEWAY_HANDOVER";

/** @type {NodeJS.Signals[]} */
const terminations = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];
/** @type {NodeJS.Signals[]} */
const interrupts = ["SIGINT", "SIGQUIT"];

/** @param {string} path */
const inPackage = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const packages = inPackage("node_modules");

if (!existsSync(packages)) fail("The packages are not installed. Run npm ci first.");
else if (isNewEnough()) await run();
else takeOver(inPackage(`node_modules/node-${process.platform}-${process.arch}/bin/node`));

function isNewEnough() {
	const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
	return major > needed.major || (major === needed.major && minor >= needed.minor);
}

async function run() {
	// Whoever started this Node in its place is gone for good: so is this one, as if it had been the one process it stands for.
	if (process.env[handover] !== undefined) {
		delete process.env[handover];
		process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
		process.channel?.unref();
	}
	// Coverage is exact only for code that was compiled from its source.
	if (process.env.NODE_V8_COVERAGE === undefined) module.enableCompileCache(`${packages}/.cache/causeway`);
	const { main } = await import("../src/main.ts");
	process.exitCode = await main(process.argv.slice(2));
}

/**
 * Runs the program under another Node: its signals, its exit code, its end are this process's.
 *
 * @param {string} node
 */
function takeOver(node) {
	if (process.env[handover] !== undefined || !existsSync(node)) return failForNode();
	const child = spawn(node, process.argv.slice(1), {
		stdio: ["inherit", "inherit", "inherit", "ipc"],
		env: { ...process.env, [handover]: "1" },
	});
	child.on("error", failForNode);
	for (const signal of terminations) process.on(signal, () => child.kill(signal));
	// A terminal sends these to both processes by itself.
	for (const signal of interrupts)
		process.on(signal, () => {
			if (!process.stdin.isTTY) child.kill(signal);
		});
	child.on("exit", (code, signal) => {
		process.exitCode = code ?? 128 + (constants.signals[signal ?? "SIGTERM"] ?? 0);
	});
}

function failForNode() {
	fail(
		`Causeway needs Node ${needed.major}.${needed.minor} or newer; this is ${process.versions.node}. Install one, or run npm ci on Linux (x64 or arm64), which brings one along.`,
	);
}

/** @param {string} line */
function fail(line) {
	console.error(line);
	process.exitCode = 1;
}
