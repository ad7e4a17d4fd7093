import { readFileSync } from "node:fs";
import path from "node:path";
import test from "ava";

const docs = path.join(import.meta.dirname, "..", "..", "docs");
const read = (file: string): string => readFileSync(path.join(docs, file), "utf8");

/** The names of the tests in a file; a value that is filled into a name is written as `…`. */
function namesIn(file: string): readonly string[] {
	const titles = /\btest(?:\.serial)?\(\s*(?:"([^"]+)"|`([^`]+)`)/g;
	return [...read(file).matchAll(titles)].map(([, plain, template = ""]) =>
		(plain ?? template).replaceAll(/\$\{[^}]+\}/g, "…"),
	);
}

interface Entry {
	readonly threat: string;
	readonly guarantee: string;
	/** Each file as the page links it, with the tests that are listed below it. */
	readonly files: readonly { readonly label: string; readonly file: string; readonly names: readonly string[] }[];
	/** Lines that are neither. */
	readonly rest: readonly string[];
}

/** A heading, a sentence, and a list of files with a list of quoted names below each. */
function entriesOf(page: string): readonly Entry[] {
	return page
		.split(/^### /m)
		.slice(1)
		.map((text) => {
			const [threat = "", guarantee = "", list = ""] = (text.split(/^## /m)[0] ?? "").split(/\n\n/);
			const files: { label: string; file: string; names: string[] }[] = [];
			const rest: string[] = [];
			for (const line of list.trim().split("\n")) {
				const [, label, file] = /^- \[([^\]]+)\]\(([^)]+)\)$/.exec(line) ?? [];
				const [, name] = /^ {2}- "([^"]+)"$/.exec(line) ?? [];
				if (label !== undefined && file !== undefined) files.push({ label, file, names: [] });
				else if (name !== undefined && files.length > 0) files.at(-1)?.names.push(name);
				else rest.push(line);
			}
			return { threat, guarantee, files, rest };
		});
}

const entries = entriesOf(read("security-tests.md"));

test("every threat of docs/security-tests.md has a guarantee and tests", (t) => {
	t.true(entries.length >= 30, `${entries.length} threats`);
	t.is(new Set(entries.map(({ threat }) => threat)).size, entries.length, "each threat once");
	for (const { threat, guarantee, files, rest } of entries) {
		t.regex(guarantee, /^[A-Z`][^]*\.$/, threat);
		t.deepEqual(rest, [], `${threat}: lines that are neither a link to a test file nor a quoted name`);
		t.true(files.length > 0, threat);
		for (const { label, file, names } of files) {
			t.is(label, path.basename(file), threat);
			t.true(names.length > 0, `${threat}: ${file}`);
		}
	}
});

test("every test that docs/security-tests.md names exists", (t) => {
	for (const { threat, files } of entries)
		for (const { file, names } of files) {
			const known = namesIn(file);
			for (const name of names) t.true(known.includes(name), `${threat}: ${file} has no test named "${name}"`);
		}
});
