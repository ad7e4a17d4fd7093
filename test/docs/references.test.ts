import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "ava";
import { usage } from "../../src/cli/commands.ts";
import { keysOf, nameOf, variableOf } from "../../src/config/keys.ts";
import { configSchema } from "../../src/config/schema.ts";
import { installedBridges } from "../../src/gateway/installed-bridges.ts";

const root = path.join(import.meta.dirname, "..", "..");
const pages = ["*.md", "docs/**/*.md", "bench/results/README.md", "bridges/*/mapping.md"]
	.flatMap((pattern) => globSync(pattern, { cwd: root }))
	.map((file) => ({ file, text: readFileSync(path.join(root, file), "utf8") }));
/** What stands between backticks, in the text and in blocks of code. */
const codeIn = (text: string): readonly string[] =>
	[...text.matchAll(/^```[^]*?^```$|`[^`\n]+`/gm)].map(([code]) => code);

test("every link of a document to a file leads to one", (t) => {
	t.true(pages.length >= 10, `${pages.length} documents`);
	for (const { file, text } of pages)
		for (const [, target = ""] of text.matchAll(/\]\((?!https?:|#)([^)\s#]+)[^)]*\)/g))
			t.true(existsSync(path.join(root, path.dirname(file), target)), `${file}: ${target}`);
});

test("every command that a document shows is one of the program's", async (t) => {
	const known = [...(await usage()).matchAll(/^ {2}([a-z-]+(?: [a-z-]+)?)\b/gm)].map(([, command = ""]) => command);
	t.true(known.includes("user add") && known.includes("matrix link") && known.includes("doctor"));
	for (const { file, text } of pages)
		for (const [, line = ""] of text.matchAll(/npm run -s causeway -- ([^`#\n]+)/g))
			t.true(
				known.some((command) => `${line} `.startsWith(`${command} `)),
				`${file}: ${line}`,
			);
});

test("every setting and variable that a document names exists", async (t) => {
	const { names, configSchema: schemaOf } = installedBridges();
	const bridges = Object.fromEntries(
		await Promise.all(names.map(async (name) => [name, await schemaOf(name)] as const)),
	);
	const keys = keysOf(configSchema(bridges));
	const settings = keys.map(nameOf);
	const sections = new Set(settings.flatMap((name) => (name.includes(".") ? [name.split(".", 1)[0]] : [])));
	const isKnown = (name: string): boolean => settings.some((key) => key === name || key.startsWith(`${name}.`));
	const variables = new Set([...keys.map(variableOf), "CAUSEWAY_CONFIG"]);
	let found = 0;
	for (const { file, text } of pages.filter((page) => page.file !== "CHANGELOG.md"))
		for (const code of codeIn(text)) {
			const [, name] = /^`(?![^`]+\.(?:[jt]s|json|md|yaml)`)([a-z]+(?:\.[a-zA-Z]+)+)`$/.exec(code) ?? [];
			if (name !== undefined && sections.has(name.split(".", 1)[0])) {
				found++;
				t.true(isKnown(name), `${file}: ${name}`);
			}
			for (const [variable] of code.matchAll(/\bCAUSEWAY_(?!TEST_|LONG)[A-Z_]+\b/g))
				t.true(variables.has(variable), `${file}: ${variable}`);
		}
	t.true(found >= 20, `${found} settings`);
});
