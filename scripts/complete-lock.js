// Completes package-lock.json. If a registry lacks a package's variant for some platform (`@biomejs/cli-win32-x64`), npm leaves the
// variant out of the lock file, and `npm ci` then rejects the file. This script adds an entry for each missing variant, derived from
// its parent's optionalDependencies, without a checksum. Run it after every change of the lock file; if nothing is missing, it
// changes nothing.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));

const systems = [
	"aix",
	"android",
	"darwin",
	"freebsd",
	"linux",
	"netbsd",
	"openbsd",
	"openharmony",
	"sunos",
	"wasm32",
	"win32",
];
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/**
 * The place in the lock file where Node would find `name` from the package at `from`, if there is one.
 *
 * @param {string} from
 * @param {string} name
 */
function findFrom(from, name) {
	for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))) {
		const place = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
		if (place in lock.packages) return place;
		if (folder === "") return undefined;
	}
}

/**
 * The system, processor and C library of a variant, read from its name, such as `@swc/core-linux-arm-gnueabihf`.
 *
 * @param {string} name
 */
function platformOf(name) {
	const words = name.split(/[/-]/);
	const os = words.find((word) => systems.includes(word));
	const cpu = words.find((word) => processors.includes(word));
	if (os === undefined || cpu === undefined)
		throw new Error(`${name} is missing, and its name does not say which platform it is for`);
	const libc = os !== "linux" ? undefined : words.some((word) => word.startsWith("musl")) ? "musl" : "glibc";
	return { os, cpu, libc };
}

let added = 0;
for (const [parent, { optionalDependencies = {}, dev, devOptional }] of Object.entries(lock.packages)) {
	for (const [name, version] of Object.entries(optionalDependencies)) {
		if (findFrom(parent, name) !== undefined) continue;
		if (!/^\d/.test(version))
			throw new Error(`${name} is missing, and ${parent} does not require one exact version of it: ${version}`);
		const { os, cpu, libc } = platformOf(name);
		lock.packages[`node_modules/${name}`] = {
			version,
			cpu: [cpu],
			...(dev ? { dev } : {}),
			...(devOptional ? { devOptional } : {}),
			...(libc === undefined ? {} : { libc: [libc] }),
			optional: true,
			os: [os],
		};
		console.log(`added ${name} ${version} (${[os, cpu, libc].filter(Boolean).join(", ")})`);
		added++;
	}
}
if (added > 0) {
	lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, "en")));
	writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
console.log(added === 0 ? "nothing was missing" : `added ${added} entries`);
