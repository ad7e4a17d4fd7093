import { execFile } from "node:child_process";
import { cp, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = path.join(import.meta.dirname, "..", "..");

/** The folders of `src/http`, the lowest first. */
const floors = ["base", "middleware", "page-kit", "operators", "oauth", "ofscp", "pages", "bridges"];

/** Runs the check, as `npm run check` does, on a tree of these files: its exit code and the broken rules, one per line. */
async function check(t: ExecutionContext, files: Readonly<Record<string, string>>) {
	const folder = await temporaryFolder(t);
	for (const file of ["package.json", ".dependency-cruiser.cjs", "scripts/check-layers.js"])
		await cp(path.join(root, file), path.join(folder, file), { recursive: true });
	await symlink(path.join(root, "node_modules"), path.join(folder, "node_modules"));
	for (const [file, text] of Object.entries(files)) {
		await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
		await writeFile(path.join(folder, file), text);
	}
	return new Promise<{ code: number; broken: readonly string[] }>((resolve) => {
		execFile(process.execPath, ["scripts/check-layers.js"], { cwd: folder }, (error, _, stderr) => {
			resolve({
				code: Number(error?.code ?? 0),
				broken: stderr
					.split("\n")
					.filter((line) => line !== "")
					.toSorted(),
			});
		});
	});
}

test("the floors are the folders that there are", async (t) => {
	const entries = await readdir(path.join(root, "src", "http"), { withFileTypes: true });
	t.deepEqual(
		entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
		floors.toSorted(),
	);
});

test("a folder of src/http imports the folders below it, and an import of one above is found, of a type too", async (t) => {
	const files: Record<string, string> = { "src/http/app.ts": "export interface Here {}\n" };
	const expected: string[] = [];
	for (const [at, name] of floors.entries()) {
		files[`src/http/${name}/here.ts`] = "export interface Here {}\nexport const here = 1;\n";
		for (const other of floors) {
			const isType = floors.indexOf(other) > at;
			files[`src/http/${name}/to-${other}.ts`] =
				`${isType ? "import type { Here }" : "import { here }"} from "../${other}/here.ts";\nexport ${isType ? "type Its = Here" : "const its = here"};\n`;
			if (isType)
				expected.push(
					`src/http/${name}-stands-on-the-floors-below-it: src/http/${name}/to-${other}.ts → src/http/${other}/here.ts`,
				);
		}
		files[`src/http/${name}/to-app.ts`] = 'import type { Here } from "../app.ts";\nexport type Its = Here;\n';
		expected.push(`src/http/${name}-stands-on-the-floors-below-it: src/http/${name}/to-app.ts → src/http/app.ts`);
	}
	t.deepEqual(await check(t, files), { code: 1, broken: expected.toSorted() });
});

test("an import against the order of the core's floors is found, also from the ground", async (t) => {
	const files = {
		"src/core/ids.ts": "export type Id = string;\n",
		"src/core/accounts/account.ts": 'import type { Id } from "../ids.ts";\nexport type Account = Id;\n',
		"src/core/messages/message.ts":
			'import type { Account } from "../accounts/account.ts";\nexport type Message = Account;\n',
		"src/core/accounts/planted.ts":
			'import type { Message } from "../messages/message.ts";\nexport type Planted = Message;\n',
		"src/core/planted.ts": 'import type { Account } from "./accounts/account.ts";\nexport type Planted = Account;\n',
	};
	t.deepEqual(await check(t, files), {
		code: 1,
		broken: [
			"src/core-ground-imports-no-floor: src/core/planted.ts → src/core/accounts/account.ts",
			"src/core/accounts-stands-on-the-floors-below-it: src/core/accounts/planted.ts → src/core/messages/message.ts",
		],
	});
});

test("a new folder of the core has to be given its floor", async (t) => {
	const files = {
		"src/core/ids.ts": "export type Id = string;\n",
		"src/core/polls/poll.ts": 'import type { Id } from "../ids.ts";\nexport type Poll = Id;\n',
	};
	t.deepEqual(await check(t, files), {
		code: 1,
		broken: ["every-folder-of-src/core-has-a-floor: src/core/polls/poll.ts → src/core/ids.ts"],
	});
});

test("a folder without a floor can't be imported", async (t) => {
	const files = {
		"src/http/app.ts": 'import { here } from "./attic/here.ts";\nexport const its = here;\n',
		"src/http/attic/here.ts": "export const here = 1;\n",
	};
	t.deepEqual(await check(t, files), {
		code: 1,
		broken: ["only-floors-of-src/http-are-imported: src/http/app.ts → src/http/attic/here.ts"],
	});
});
