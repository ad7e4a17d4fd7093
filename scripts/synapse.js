import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const version = "1.163.2";
const venv = fileURLToPath(new URL("../.peers/synapse", import.meta.url));

/** Installs Synapse in `.peers/synapse`, unless the version that the tests were written for is already there. */
export function provideSynapse() {
	if (installedVersion() === version) return;
	const python = pythonForVenv();
	if (python === undefined) throw new Error("Synapse needs Python 3.10 or newer with venv");
	console.log(`Installing Synapse ${version} in .peers/synapse`);
	rmSync(venv, { recursive: true, force: true });
	run(python, "-m", "venv", venv);
	run(
		`${venv}/bin/python`,
		"-m",
		"pip",
		"install",
		"--quiet",
		"--disable-pip-version-check",
		"--only-binary",
		"matrix-synapse",
		`matrix-synapse==${version}`,
	);
	if (installedVersion() !== version) throw new Error("Synapse was installed but can't be found in .peers/synapse");
}

/** The installed version, if any. A venv whose Python was removed by a system upgrade has none, and is created again. */
function installedVersion() {
	const asked = "import importlib.metadata, synapse; print(importlib.metadata.version('matrix-synapse'))";
	return spawnSync(`${venv}/bin/python`, ["-c", asked], { encoding: "utf8" }).stdout?.trim();
}

/** A Python that Synapse runs on and that can create a venv; the system's own is preferred to one installed by a user. */
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
