import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = promisify(execFile);
const document = path.join(import.meta.dirname, "..", "..", "docs", "sign-requests.md");

test("who follows the page on signing requests comes from a password to a signed memo, and out again", async (t) => {
	const folder = await temporaryFolder(t);
	await using provider = await startProvider({ folder, env: { CAUSEWAY_REGISTRATION_MODE: "open" } });
	const person = { handle: "ana", password: "a plum in the tree" };
	const registered = await fetch(`${provider.origin}/api/auth/register`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(person),
	});
	t.is(registered.status, 201);

	const blocks = [...(await readFile(document, "utf8")).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code]) => code);
	t.is(blocks.length, 4);
	const env = { ...process.env, PROVIDER: provider.origin, HANDLE: person.handle, PASSWORD: person.password };
	const { stdout } = await run("bash", ["-euo", "pipefail", "-c", blocks.join("\n")], { cwd: folder, env });
	t.regex(stdout, /"handle": "ana"/);
	t.regex(stdout, /"author": "ana@localhost:\d+"/);
	t.regex(stdout, /^Signed and sent$/m);
	t.regex(stdout, /"key": "dk_/);
	t.is(stdout.trim().split("\n").at(-1), "401");
});
