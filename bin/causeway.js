#!/usr/bin/env node
// This file runs under any version of Node. The program needs one that runs TypeScript; under an older one, it is run by the Node that
// `npm ci` installed.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

const needed = { major: 24, minor: 12 };
/** The variable that tells the child process that its parent is this program. */
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
else runUnder(inPackage(`node_modules/node-${process.platform}-${process.arch}/bin/node`));

function isNewEnough() {
	const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
	return major > needed.major || (major === needed.major && minor >= needed.minor);
}

async function run() {
	// Commits are flushed in libuv's thread pool. They must not wait there for password hashes, new keys or look-ups of dead hosts.
	process.env["UV_THREADPOOL_SIZE"] ??= "8";
	// If the parent dies, for example by SIGKILL, this process dies too, as if the two were one.
	if (process.env[handover] !== undefined) {
		delete process.env[handover];
		process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
		process.channel?.unref();
	}
	// A package of the Matrix bridge calls a function that Node has deprecated. Operators can do nothing about it.
	process.removeAllListeners("warning");
	process.on("warning", (warning) => {
		if (!("code" in warning) || warning.code !== "DEP0060") console.error(`${warning.name}: ${warning.message}`);
	});
	// Coverage is exact only for code that is compiled from its source.
	if (process.env.NODE_V8_COVERAGE === undefined) module.enableCompileCache(`${packages}/.cache/causeway`);
	const { main } = await import("../src/main.ts");
	process.exitCode = await main(process.argv.slice(2));
}

/**
 * Runs the program under another Node. Signals are forwarded to it, and its exit code becomes this process's.
 *
 * @param {string} node
 */
function runUnder(node) {
	if (process.env[handover] !== undefined || !existsSync(node)) return failForNode();
	const child = spawn(node, process.argv.slice(1), {
		stdio: ["inherit", "inherit", "inherit", "ipc"],
		env: { ...process.env, [handover]: "1" },
	});
	child.on("error", failForNode);
	for (const signal of terminations) process.on(signal, () => child.kill(signal));
	// A terminal sends these signals to both processes.
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
		`Causeway needs Node ${needed.major}.${needed.minor} or newer; this is ${process.versions.node}. Install it, or run npm ci on Linux (x64 or arm64), which installs it with the packages.`,
	);
}

/** @param {string} line */
function fail(line) {
	console.error(line);
	process.exitCode = 1;
}
