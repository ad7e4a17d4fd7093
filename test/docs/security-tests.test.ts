import { readFileSync } from "node:fs";
import path from "node:path";
import test from "ava";

const docs = path.join(import.meta.dirname, "..", "..", "docs");
const read = (file: string): string => readFileSync(path.join(docs, file), "utf8");
/** The names of the tests of a file, up to what is filled into them. */
const namesIn = (file: string): ReadonlySet<string> =>
	new Set([...read(file).matchAll(/\btest(?:\.serial)?\(\s*["`]([^"`]+)/g)].map(([, name = ""]) => name));

test("every pitfall of docs/security-tests.md names tests that exist", (t) => {
	const rows = read("security-tests.md")
		.split("\n")
		.filter((line) => line.startsWith("| ") && !/^\| (?:Pitfall|-)/.test(line));
	t.true(rows.length >= 20);
	for (const row of rows) {
		const [pitfall = "", holds = "", tests = ""] = row.slice(2, -2).split(" | ");
		t.true(holds.trim() !== "", pitfall);
		for (const part of tests.trim().split(/; (?=\[)/)) {
			const [, file = "", list = ""] = /^\[[\w-]+\]\(([^)]+)\): ("[^]+")$/.exec(part) ?? [];
			t.not(list, "", `${pitfall}: ${part}`);
			const known = [...namesIn(file)];
			for (const [, name = ""] of list.matchAll(/"([^"]+)"/g))
				t.true(
					known.some((it) => it === name || it.startsWith(`${name} /oauth/\${`)),
					`${file}: ${name}`,
				);
		}
	}
});
