import { execFile } from "node:child_process";
import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = path.join(import.meta.dirname, "..", "..");

/** What the layer check says of a copy of the core to which one file is added. */
async function checkWith(t: ExecutionContext, file: string, text: string): Promise<string> {
	const copy = await temporaryFolder(t);
	await cp(path.join(root, "src", "core"), path.join(copy, "src", "core"), { recursive: true });
	await mkdir(path.dirname(path.join(copy, file)), { recursive: true });
	await writeFile(path.join(copy, file), text);
	try {
		await promisify(execFile)(process.execPath, [path.join(root, "scripts", "check-layers.js")], { cwd: copy });
		return "";
	} catch (error) {
		return (error as { stderr: string }).stderr;
	}
}

test("an import against the order of the core's floors fails the layer check", async (t) => {
	const planted = 'import { messages } from "../messages/message.ts";\nexport const planted = messages;\n';
	t.is(
		await checkWith(t, "src/core/accounts/planted.ts", planted),
		"src/core-accounts-imports-only-floors-below: src/core/accounts/planted.ts → src/core/messages/message.ts\n",
	);
});

test("a type-only import against the order fails it, too", async (t) => {
	const planted = 'import type { Log } from "./events/log.ts";\nexport type Planted = Log;\n';
	t.regex(
		await checkWith(t, "src/core/planted.ts", planted),
		/src\/core-ground-imports-no-floor: src\/core\/planted\.ts/,
	);
});

test("a new folder has to be given its place in the order", async (t) => {
	const planted = 'import { mintId } from "../ids.ts";\nexport const planted = mintId;\n';
	t.regex(await checkWith(t, "src/core/polls/planted.ts", planted), /src\/core-floors-are-named/);
});

test("an import of a floor below passes", async (t) => {
	const planted = 'import { messages } from "../messages/message.ts";\nexport const planted = messages;\n';
	t.is(await checkWith(t, "src/core/feed/planted.ts", planted), "");
});
