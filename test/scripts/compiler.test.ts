import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = path.join(import.meta.dirname, "..", "..");

/** What the compiler says of the program with one more file in it: `<file>: <first line of the message>`. */
async function compileWith(t: ExecutionContext, text: string): Promise<readonly string[]> {
	const folder = await temporaryFolder(t);
	const planted = path.join(folder, "planted.ts");
	await writeFile(planted, text.replaceAll("#src", path.join(root, "src")));
	const config = {
		extends: path.join(root, "tsconfig.json"),
		compilerOptions: { typeRoots: [path.join(root, "node_modules", "@types")] },
		include: [path.join(root, "src"), path.join(root, "bridges"), planted],
		exclude: [path.join(root, "src", "http", "**", "*.js")],
	};
	await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify(config));
	const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
	try {
		await promisify(execFile)(process.execPath, [tsc, "-p", folder, "--pretty", "false"], { cwd: root });
		return [];
	} catch (error) {
		return (error as { stdout: string }).stdout
			.split("\n")
			.filter((line) => /^\S.*\(\d+,\d+\): error/.test(line))
			.map((line) => line.replace(/\(\d+,\d+\): error TS\d+/, ""));
	}
}

test("a planted event type compiles nowhere until the folds and every consumer have an answer for it", async (t) => {
	const planted = `
		declare module "#src/core/events/event.ts" {
			interface EventBodies {
				"planted.event": { readonly planted: true };
			}
		}
		export {};
	`;
	const complaints = await compileWith(t, planted);
	t.true(
		complaints.every((line) => line.includes("planted.event")),
		complaints.join("\n"),
	);
	t.deepEqual([...new Set(complaints.map((line) => line.slice(0, line.indexOf(":"))))].sort(), [
		"src/core/bridging/outgoing/plan.ts",
		"src/core/bridging/outgoing/prepare.ts",
		"src/core/catalogue/folds.ts",
		"src/core/erasure/erase.ts",
		"src/core/feed/feed-items.ts",
		"src/core/feed/follow-changes.ts",
		"src/core/messages/message-of-event.ts",
	]);
});

test("without a planted file the same program compiles", async (t) => {
	t.deepEqual(await compileWith(t, "export {};\n"), []);
});
