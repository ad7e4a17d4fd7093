import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = path.join(import.meta.dirname, "..", "..");

/** What the compiler says of the program with one more file in it: `<file>: <first line of the message>`. */
async function compileWith(t: ExecutionContext, text: string, withPlaces = false): Promise<readonly string[]> {
	const folder = await temporaryFolder(t);
	const planted = path.join(folder, "planted.mts");
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
			.map((line) => (withPlaces ? line : line.replace(/\(\d+,\d+\): error TS\d+/, "")));
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
		"src/core/feed/own-events.ts",
		"src/core/messages/message-of-event.ts",
	]);
});

/** The lines of the planted file that the compiler refuses; everything else has to compile. */
async function refusedLines(t: ExecutionContext, lines: readonly string[]): Promise<readonly string[]> {
	const complaints = await compileWith(t, lines.join("\n"), true);
	t.true(
		complaints.every((line) => line.includes("planted.mts(")),
		complaints.join("\n"),
	);
	const numbers = new Set(complaints.map((line) => Number(/planted\.mts\((\d+),/.exec(line)?.[1])));
	return lines.filter((_, at) => numbers.has(at + 1));
}

test("a list takes no place that has not been asked about", async (t) => {
	const missing = "export const missing = (place: Place) => listMessages(context, place, page);";
	t.deepEqual(
		await refusedLines(t, [
			'import type { ReadablePlace } from "#src/core/access/readable-place.ts";',
			'import type { CoreContext } from "#src/core/events/context.ts";',
			'import type { Place } from "#src/core/groups/place.ts";',
			'import { listMessages } from "#src/core/messages/list-messages.ts";',
			"declare const context: CoreContext;",
			'const page = { direction: "forward", limit: 1 } as const;',
			"export const asked = (place: ReadablePlace) => listMessages(context, place, page);",
			missing,
		]),
		[missing],
	);
});

test("a route answers nothing that its operation does not declare, and an operation declares its answers", async (t) => {
	const undeclared = 'const bare = operation("bare", "Bare", {});';
	const other =
		'export const other = route("GET", "/other", "none", "read", planted, async () => ok({ text: "no schema" }));';
	t.deepEqual(
		await refusedLines(t, [
			'import { empty, noContent, ok } from "#src/http/base/answers.ts";',
			'import { operation } from "#src/http/base/operation.ts";',
			'import { route } from "#src/http/base/route.ts";',
			'const planted = operation("planted", "Planted", { answers: { 204: empty() } });',
			'export const right = route("GET", "/right", "none", "read", planted, async () => noContent);',
			other,
			undeclared,
			"export { bare };",
		]),
		[other, undeclared],
	);
});

test("without a planted file the same program compiles", async (t) => {
	t.deepEqual(await compileWith(t, "export {};\n"), []);
});
