import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The Python packages that the tests run from venvs under `.peers`, in the versions that the tests were written for. */
const venvs = {
	synapse: { "matrix-synapse": "1.163.2" },
	openapi: { schemathesis: "4.32.5", "openapi-spec-validator": "0.9.0" },
};

/** Creates each venv that is missing or has other versions. */
export function provideVenvs() {
	for (const [name, packages] of Object.entries(venvs)) provideVenv(name, packages);
}

/**
 * @param {string} name
 * @param {Readonly<Record<string, string>>} packages versions by name
 */
function provideVenv(name, packages) {
	const folder = fileURLToPath(new URL(`../.peers/${name}`, import.meta.url));
	const python = `${folder}/bin/python`;
	const names = Object.keys(packages);
	const wanted = Object.values(packages).join(" ");
	if (installedVersions(python, names) === wanted) return;
	const host = pythonForVenv();
	if (host === undefined) throw new Error("The tests need Python 3.10 or newer with venv");
	const pinned = Object.entries(packages).map(([each, version]) => `${each}==${version}`);
	console.log(`Installing ${pinned.join(" and ")} in .peers/${name}`);
	rmSync(folder, { recursive: true, force: true });
	run(host, "-m", "venv", folder);
	const quiet = ["--quiet", "--disable-pip-version-check"];
	run(python, "-m", "pip", "install", ...quiet, "--only-binary", names.join(","), ...pinned);
	if (installedVersions(python, names) !== wanted)
		throw new Error(`${names.join(" and ")} can't be found in .peers/${name} although pip has installed them`);
}

/**
 * The installed versions, if any. A venv whose Python was removed by a system upgrade has none, and is created again.
 *
 * @param {string} python
 * @param {readonly string[]} names
 */
function installedVersions(python, names) {
	const asked = "import importlib.metadata, sys; print(*map(importlib.metadata.version, sys.argv[1:]))";
	return spawnSync(python, ["-c", asked, ...names], { encoding: "utf8" }).stdout?.trim();
}

/** A Python that can create a venv and runs these packages; the system's own is preferred to one installed by a user. */
export function pythonForVenv() {
	const proof = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
	return ["/usr/bin/python3", "python3"].find((python) => spawnSync(python, ["-c", proof]).status === 0);
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 */
function run(program, ...args) {
	const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
	if (status !== 0)
		throw new Error(`${[program, ...args].join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}`);
}
