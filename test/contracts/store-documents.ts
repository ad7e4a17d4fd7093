import test from "ava";
import { type Collection, Duplicate } from "../../src/core/ports/store.ts";
import type { NewPlace } from "./store.ts";
import { type Note, noFolds, notes, post } from "./store-collections.ts";

const note = (handle: string, more: Partial<Note> = {}): Note => ({ owner: "o", rank: 1, handle, ...more });

export function documentsContract(name: string, newPlace: NewPlace): void {
	test(`${name}: a document comes back as it was stored`, async (t) => {
		const store = await (await newPlace(t)).open();
		const doc = note("h", { text: 'ünï 🦉 \u0000 "\\ \ud800', due: -5 });
		await store.insert(notes, "n1", doc);
		const stored = await store.get(notes, "n1");
		t.deepEqual(stored?.doc, doc);
		t.deepEqual(JSON.parse(stored?.json ?? ""), doc);
		t.like(stored, { id: "n1", rev: 1 });
		t.is(await store.get(notes, "n2"), undefined);
	});

	test(`${name}: an insert with an existing id or unique value fails with the name of the index and stores nothing`, async (t) => {
		const store = await (await newPlace(t)).open();
		await store.insert(notes, "n1", note("a"));
		const sameId = await t.throwsAsync(store.insert(notes, "n1", note("b")), { instanceOf: Duplicate });
		t.like(sameId, { collection: "notes", index: "id" });
		const sameHandle = await t.throwsAsync(store.insert(notes, "n2", note("a")), { instanceOf: Duplicate });
		t.like(sameHandle, { collection: "notes", index: "handle" });
		t.is(await store.get(notes, "n2"), undefined);
		t.is((await store.get(notes, "n1"))?.doc.handle, "a");
	});

	test(`${name}: of many concurrent inserts with one unique value, one succeeds`, async (t) => {
		const store = await (await newPlace(t)).open();
		const tries = Array.from({ length: 50 }, (_, n) => store.insert(notes, `n${n}`, note("same")));
		const outcomes = await Promise.allSettled(tries);
		t.is(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
		t.is(await store.count(notes, "handle", ["same"]), 1);
	});

	test(`${name}: insertMissing keeps existing documents and adds the others`, async (t) => {
		const store = await (await newPlace(t)).open();
		await store.insert(notes, "n1", note("a", { text: "first" }));
		const docs = [1, 2, 3].map((n) => ({ id: `n${n}`, doc: note(["", "a", "b", "c"][n] ?? "", { text: "second" }) }));
		await store.insertMissing(notes, docs);
		await store.insertMissing(notes, docs);
		await store.insertMissing(notes, []);
		const texts = await Promise.all(docs.map(async ({ id }) => (await store.get(notes, id))?.doc.text));
		t.deepEqual(texts, ["first", "second", "second"]);
		await t.throwsAsync(store.insertMissing(notes, [{ id: "n4", doc: note("a") }]), { instanceOf: Duplicate });
	});

	test(`${name}: replace only applies to the revision that it names, and moves the document in its indexes`, async (t) => {
		const store = await (await newPlace(t)).open();
		await store.insert(notes, "n1", note("a", { due: 1 }));
		t.true(await store.replace(notes, "n1", 1, note("a", { rank: 2 })));
		t.false(await store.replace(notes, "n1", 1, note("a", { rank: 3 })));
		t.false(await store.replace(notes, "n2", 1, note("b")));
		t.like(await store.get(notes, "n1"), { rev: 2, doc: { rank: 2 } });
		t.is(await store.count(notes, "ranking", ["o", 2]), 1);
		t.is(await store.count(notes, "ranking", ["o", 1]), 0);
		t.is(await store.count(notes, "due", []), 0);
	});

	test(`${name}: of many concurrent replaces of one revision, one succeeds`, async (t) => {
		const store = await (await newPlace(t)).open();
		await store.insert(notes, "n1", note("a"));
		const tries = Array.from({ length: 50 }, (_, n) => store.replace(notes, "n1", 1, note("a", { rank: n })));
		t.is((await Promise.all(tries)).filter(Boolean).length, 1);
		t.is((await store.get(notes, "n1"))?.rev, 2);
	});

	test(`${name}: a counter that is raised concurrently by compare-and-set loses no increment`, async (t) => {
		const store = await (await newPlace(t)).open();
		await store.insert(notes, "n1", note("a", { rank: 0 }));
		const raise = async (): Promise<void> => {
			for (;;) {
				const now = await store.get(notes, "n1");
				if (now && (await store.replace(notes, "n1", now.rev, { ...now.doc, rank: now.doc.rank + 1 }))) return;
			}
		};
		await Promise.all(Array.from({ length: 10 }, raise));
		t.is((await store.get(notes, "n1"))?.doc.rank, 10);
	});

	test(`${name}: delete applies to the revision that it names, or to any if it names none`, async (t) => {
		const store = await (await newPlace(t)).open();
		await store.insert(notes, "n1", note("a"));
		t.false(await store.delete(notes, "n1", 2));
		t.true(await store.delete(notes, "n1", 1));
		t.false(await store.delete(notes, "n1"));
		await store.insert(notes, "n1", note("a"));
		t.true(await store.delete(notes, "n1"));
		t.is(await store.get(notes, "n1"), undefined);
	});

	const wrong: readonly (readonly [string, unknown])[] = [
		["null", null],
		["a fraction", 1.5],
		["an unsafe integer", 2 ** 53],
		["not a number", Number.NaN],
		["text for an integer", "1"],
	];
	for (const [what, rank] of wrong) {
		test(`${name}: ${what} is rejected as an integer of an index`, async (t) => {
			const store = await (await newPlace(t)).open();
			const refused = { instanceOf: TypeError, message: /notes\.ranking/ };
			await t.throwsAsync(store.insert(notes, "n1", note("a", { rank: rank as number })), refused);
			await t.throwsAsync(store.count(notes, "ranking", ["o", rank as number]), refused);
			t.is(await store.get(notes, "n1"), undefined);
		});
	}

	const wrongTexts: readonly (readonly [string, unknown])[] = [
		["null", null],
		["a number", 1],
		["text beyond ASCII", "jürgen"],
		["a lone surrogate", "\ud800"],
		["NUL", "a\u0000b"],
		["more than 512 bytes", "x".repeat(513)],
	];
	for (const [what, handle] of wrongTexts) {
		test(`${name}: ${what} is rejected as text of an index and as an id`, async (t) => {
			const store = await (await newPlace(t)).open();
			const refused = { instanceOf: TypeError };
			await t.throwsAsync(store.insert(notes, "n1", note(handle as string)), { ...refused, message: /notes\.handle/ });
			await t.throwsAsync(store.insert(notes, handle as string, note("a")), refused);
			await t.throwsAsync(
				store.page(notes, { index: "handle", after: [handle as string], order: "asc", limit: 1 }),
				refused,
			);
		});
	}

	test(`${name}: 512 bytes are accepted as text of an index and as an id`, async (t) => {
		const store = await (await newPlace(t)).open();
		const long = "x".repeat(512);
		await store.insert(notes, long, note(long));
		t.is((await store.get(notes, long))?.doc.handle, long);
		t.is(await store.count(notes, "handle", [long]), 1);
	});

	test(`${name}: an absent unique value is rejected`, async (t) => {
		const options: Collection<{ readonly key?: string }> = {
			name: "options",
			version: 1,
			indexes: { key: { kinds: ["text"], unique: true, of: ({ key }) => (key === undefined ? undefined : [key]) } },
		};
		const store = await (await newPlace(t)).open({ collections: [options] });
		await t.throwsAsync(store.insert(options, "o1", {}), { instanceOf: TypeError, message: /options\.key/ });
	});

	test(`${name}: an undeclared collection or index is rejected`, async (t) => {
		const store = await (await newPlace(t)).open();
		const other: Collection<object> = { name: "others", version: 1, indexes: {} };
		await t.throwsAsync(store.get(other, "o1"), { instanceOf: TypeError, message: /others/ });
		await t.throwsAsync(store.count(notes, "colour", []), { instanceOf: TypeError, message: /colour/ });
	});

	test(`${name}: the sizes tell the rows and bytes of every part`, async (t) => {
		const store = await (await newPlace(t)).open();
		for (let n = 0; n < 3; n++) await store.insert(notes, `n${n}`, note(`h${n}`, { text: "x".repeat(10_000) }));
		await store.append(post("s", "x"), { folds: noFolds });
		const sizes = new Map((await store.sizes()).map(({ name: part, ...size }) => [part, size]));
		t.is(sizes.get("notes")?.rows, 3);
		t.true((sizes.get("notes")?.bytes ?? 0) > 10_000);
		t.is(sizes.get("log")?.rows, 1);
		t.true((sizes.get("log")?.bytes ?? 0) > 0);
	});
}
