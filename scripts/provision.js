// Installs what the tests need and this machine lacks: Debian packages, which needs root, and programs in Python venvs.
// If nothing is missing, it ends quickly.

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter } from "node:path";
import { provideVenvs, pythonForVenv } from "./venvs.js";

/** The programs that the tests need, the Debian packages that contain them, and how to check for them. */
const needs = [
	{ what: "java and javac", package: "default-jdk-headless", isThere: () => onPath("java") && onPath("javac") },
	{ what: "mvn", package: "maven", isThere: () => onPath("mvn") },
	{ what: "chromium", package: "chromium", isThere: () => onPath("chromium") },
	{ what: "curl", package: "curl", isThere: () => onPath("curl") },
	{ what: "jq", package: "jq", isThere: () => onPath("jq") },
	{ what: "cc", package: "gcc", isThere: () => onPath("cc") },
	{ what: "the headers of the C library", package: "libc6-dev", isThere: () => existsSync("/usr/include/stdio.h") },
	{ what: "openssl", package: "openssl", isThere: () => onPath("openssl") },
	{ what: "libfaketime", package: "libfaketime", isThere: hasFaketime },
	{ what: "python3 with venv", package: "python3-venv", isThere: () => pythonForVenv() !== undefined },
];

try {
	const missing = needs.filter((need) => !need.isThere());
	if (missing.length > 0) installPackages(missing);
	provideVenvs();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}

/** @param {readonly { what: string, package: string }[]} missing */
function installPackages(missing) {
	const names = missing.map((need) => need.package);
	if (!onPath("apt-get"))
		throw new Error(`The tests need ${missing.map((need) => need.what).join(", ")}: install them and try again.`);
	if (process.getuid?.() !== 0)
		throw new Error(
			`Packages that the tests need are missing. Run as root: apt-get update && apt-get install -y --no-install-recommends ${names.join(" ")}`,
		);
	console.log(`Installing ${names.join(", ")}`);
	apt("update", "-q");
	apt("install", "-q", "-y", "--no-install-recommends", ...names);
	const still = needs.filter((need) => !need.isThere()).map((need) => need.what);
	if (still.length > 0) throw new Error(`${still.join(", ")} can't be found, although the packages are installed`);
}

/** @param {readonly string[]} args */
function apt(...args) {
	const { status, stdout, stderr } = spawnSync("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args], {
		env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
		encoding: "utf8",
		maxBuffer: 64 * 1024 * 1024,
	});
	if (status !== 0) throw new Error(`apt-get ${args.join(" ")} failed:\n${stdout}${stderr}`);
}

/** Whether the library with which tests set the clock of a process is in one of the folders of libraries, one per architecture. */
function hasFaketime() {
	const libraries = "/usr/lib";
	return (
		existsSync(libraries) &&
		readdirSync(libraries).some((folder) => existsSync(`${libraries}/${folder}/faketime/libfaketimeMT.so.1`))
	);
}

/** @param {string} program */
function onPath(program) {
	return (process.env.PATH ?? "").split(delimiter).some((folder) => {
		const file = `${folder}/${program}`;
		try {
			accessSync(file, constants.X_OK);
			return existsSync(file);
		} catch {
			return false;
		}
	});
}
