import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = path.join(import.meta.dirname, "..", "..");
const run = promisify(execFile);

/** The blocks of commands of a section, and of the sections below it. */
function commandsIn(text: string, section: string): readonly string[] {
	const [, after = ""] = text.split(`\n${section}\n`);
	const [inside = ""] = after.split(/\n## /);
	return [...inside.matchAll(/^```\n(.*?)^```$/gms)].map(([, code]) => code as string);
}

test("who follows the README from a clone has a provider, an account and a memo on its page", async (t) => {
	const folder = await temporaryFolder(t);
	const text = await readFile(path.join(root, "README.md"), "utf8");
	const [start = "", account = "", memo = "", docker = ""] = commandsIn(text, "## Run it");
	t.deepEqual(start.trim().split("\n"), [
		"git clone REPOSITORY causeway",
		"cd causeway",
		"npm ci --omit=dev",
		"npm start",
	]);
	t.regex(docker, /^docker compose up/);

	// What `npm start` runs, on a free port and in a folder of its own.
	await using provider = await startProvider({ folder });
	const env = {
		...process.env,
		CAUSEWAY_PUBLIC_URL: provider.origin,
		CAUSEWAY_LISTEN_PORT: new URL(provider.origin).port,
		CAUSEWAY_DATA_DIR: provider.dataDir,
		CAUSEWAY_LOG_LEVEL: "silent",
	};
	const inShell = async (commands: string) => {
		const here = commands.replaceAll("localhost:8480", provider.domain);
		return run("bash", ["-euo", "pipefail", "-c", here], { cwd: root, env });
	};
	const added = await inShell(account);
	t.regex(added.stdout + added.stderr, new RegExp(`jane@${provider.domain}[^]*${provider.origin}/recover\\?link=`));
	const posted = await inShell(memo);
	t.regex(posted.stdout, /"text":"Hello, world"/);
	const page = await (await fetch(`${provider.origin}/@jane`, { headers: { accept: "text/html" } })).text();
	t.regex(page, /Hello, world/);
});

test("the README names the scripts and files that exist", async (t) => {
	const text = await readFile(path.join(root, "README.md"), "utf8");
	const { scripts } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")) as {
		scripts: Record<string, string>;
	};
	const named = [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name]) => name as string);
	t.true(named.length >= 3);
	for (const name of named) t.true(name in scripts, name);
	const compose = await readFile(path.join(root, "docker-compose.yml"), "utf8");
	for (const word of ["  causeway:", "PUBLIC_URL"])
		t.true(compose.includes(word) && text.includes(word.trim().replace(":", "")), word);
});
