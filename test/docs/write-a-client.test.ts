import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import test from "ava";
import { createBrowser } from "../support/browser-forms.ts";
import { startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const document = path.join(import.meta.dirname, "..", "..", "docs", "write-a-client.md");

test("who follows the page on writing a client comes from a domain to a memo, and out again", async (t) => {
	const folder = await temporaryFolder(t);
	await using provider = await startProvider({ folder, env: { CAUSEWAY_REGISTRATION_MODE: "open" } });
	const person = { handle: "ana", password: "a plum in the tree" };
	const headers = { "content-type": "application/json" };
	const registered = await fetch(`${provider.origin}/api/auth/register`, {
		method: "POST",
		headers,
		body: JSON.stringify(person),
	});
	t.is(registered.status, 201);

	const blocks = [...(await readFile(document, "utf8")).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code]) => code);
	t.true(blocks.length >= 8, `${blocks.length} blocks`);
	const shell = spawn("bash", ["-euo", "pipefail", "-c", blocks.join("\n")], {
		cwd: folder,
		env: { ...process.env, PROVIDER: provider.origin },
		stdio: ["ignore", "pipe", "pipe"],
	});
	t.teardown(() => shell.kill("SIGKILL"));
	let [output, faults, entered] = ["", "", false];
	shell.stderr.setEncoding("utf8").on("data", (text: string) => (faults += text));
	const ended = new Promise<number | null>((resolve) => shell.once("close", resolve));
	for await (const text of shell.stdout.setEncoding("utf8")) {
		output += text as string;
		const url = /Open (\S+) and compare the code: (\S+)\n/.exec(output);
		if (url === null || entered) continue;
		entered = true;
		await enter(provider.origin, url[1] as string, url[2] as string, person);
	}
	t.is(await ended, 0, `${output}\n${faults}`);
	t.regex(output, /"handle": "ana"/);
	t.regex(output, /"author": "ana@localhost:\d+"/);
	t.regex(output, /"url": null/, "a memo for followers has no page");
	t.regex(output, /"reactions": \[\s+"👋"/);
	t.regex(output, /"text": "And hello back"/);
	t.regex(output, /event: message\.updated/);
	t.is(output.trim().split("\n").at(-1), "401");
});

/** What the person does in their browser. */
async function enter(
	origin: string,
	url: string,
	code: string,
	{ handle, password }: { readonly handle: string; readonly password: string },
): Promise<void> {
	const browser = createBrowser(origin);
	const filled = await browser.submit(await browser.open(url), "/oauth/device", { user_code: code });
	const asked = await browser.submit(filled, "/oauth/device", { user_code: code, confirm: "yes" });
	const consent = await browser.submit(asked, "/login", { name: handle, password });
	await browser.submit(consent, "/consent", { answer: "yes" });
}
