import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = promisify(execFile);
const blocksOf = (text: string) => [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code]) => code as string);
const document = path.join(import.meta.dirname, "..", "..", "docs", "sign-requests.md");

test("who follows the page on signing requests comes from a password to a signed memo, and out again", async (t) => {
	const folder = await temporaryFolder(t);
	await using provider = await startProvider({ folder, env: { CAUSEWAY_REGISTRATION_MODE: "open" } });
	const text = await readFile(document, "utf8");
	// The page itself says which account it uses; nothing is put into its words here.
	const person = {
		handle: /^HANDLE=(\w+)$/m.exec(text)?.[1] ?? "",
		password: /^PASSWORD='(.*)'$/m.exec(text)?.[1] ?? "",
	};
	t.true(text.includes(`user add ${person.handle} --password-stdin <<< '${person.password}'`));
	const registered = await fetch(`${provider.origin}/api/auth/register`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(person),
	});
	t.is(registered.status, 201);

	const blocks = blocksOf(text);
	t.is(blocks.length, 4);
	const env = { ...process.env, PROVIDER: provider.origin };
	const { stdout } = await run("bash", ["-euo", "pipefail", "-c", blocks.join("\n")], { cwd: folder, env });
	t.regex(stdout, /"handle": "ana"/);
	t.regex(stdout, /"author": "ana@localhost:\d+"/);
	t.regex(stdout, /^Signed and sent$/m);
	t.regex(stdout, /"key": "dk_/);
	t.is(stdout.trim().split("\n").at(-1), "401");
});

test("a step of the page on signing requests that is refused says why", async (t) => {
	const folder = await temporaryFolder(t);
	await using provider = await startProvider({ folder });
	const [first = ""] = blocksOf(await readFile(document, "utf8"));
	const env = { ...process.env, PROVIDER: provider.origin };
	const missing = await run("bash", ["-c", first], { cwd: folder, env });
	t.regex(missing.stderr, /The name or the password is wrong/);
	const stopped = await run("bash", ["-c", first], { cwd: folder, env: { ...env, PROVIDER: "http://127.0.0.1:1" } });
	t.regex(stopped.stderr, /connect/i);
});
