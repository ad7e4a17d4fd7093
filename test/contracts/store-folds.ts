import test from "ava";
import fc from "fast-check";
import type { Draft, FoldsOf } from "../../src/core/ports/store.ts";
import type { NewPlace } from "./store.ts";
import { folds, messages, post, type Tally, tallies } from "./store-collections.ts";

export function foldsContract(name: string, newPlace: NewPlace): void {
	test(`${name}: when an append resolves, its folded documents can be read`, async (t) => {
		const store = await (await newPlace(t)).open();
		const reads = Array.from({ length: 40 }, async (_, n) => {
			const appended = await store.append(post("s", String(n)), { folds });
			if (appended.outcome !== "appended") return t.fail();
			t.is((await store.get(messages, appended.event.id))?.doc.text, String(n));
			const tally = await store.get(tallies, "s");
			t.true(tally?.doc.seqs.includes(appended.event.seq));
		});
		await Promise.all(reads);
		t.is(await store.count(tallies, "size", ["s", 40]), 1);
	});

	test(`${name}: folds see the documents as left by the previous events, and run once per event`, async (t) => {
		const store = await (await newPlace(t)).open();
		const edit = (of: number, text: string): Draft => ({ ...post("s", ""), body: { kind: "edit", of, text } });
		const remove = (of: number): Draft => ({ ...post("s", ""), body: { kind: "delete", of } });
		const drafts = [
			post("s", "one"),
			edit(1, "two"),
			post("s", "other"),
			edit(1, "three"),
			remove(3),
			edit(3, "no"),
			edit(9, "x"),
		];
		await Promise.all(drafts.map((draft) => store.append(draft, { folds })));
		t.deepEqual((await store.get(messages, "s/1"))?.doc, { text: "three", order: [1, 2, 4] });
		t.deepEqual((await store.get(messages, "s/3"))?.doc, { text: null, order: [3, 5] });
		t.is(await store.get(messages, "s/9"), undefined);
		t.deepEqual((await store.get(tallies, "s"))?.doc, { owner: "s", seqs: [1, 2, 3, 4, 5, 6, 7], sum: 2 });
	});

	test(`${name}: a duplicate and an append to a moved stream fold nothing`, async (t) => {
		const store = await (await newPlace(t)).open();
		await store.append(post("s", "x", { natural: "k" }), { folds });
		await store.append(post("s", "x", { natural: "k" }), { folds });
		await store.append(post("s", "x"), { folds, after: 5 });
		t.deepEqual((await store.get(tallies, "s"))?.doc.seqs, [1]);
	});

	test(`${name}: an append whose fold fails stores nothing, and its neighbours are stored`, async (t) => {
		const store = await (await newPlace(t)).open();
		const failing = (stream: string): Draft => ({ ...post(stream, ""), natural: `f${stream}`, body: { kind: "fail" } });
		const drafts = [
			post("s", "1"),
			failing("s"),
			post("s", "2"),
			post("t", "1"),
			failing("t"),
			failing("s"),
			post("s", "3"),
		];
		const outcomes = await Promise.allSettled(drafts.map((draft) => store.append(draft, { folds })));
		t.deepEqual(
			outcomes.map(({ status }) => status === "fulfilled"),
			[true, false, true, true, false, false, true],
		);
		for (const outcome of outcomes) if (outcome.status === "rejected") t.is(outcome.reason.message, "this fold fails");
		t.deepEqual((await store.get(tallies, "s"))?.doc.seqs, [1, 2, 3]);
		t.deepEqual(
			(await store.events("s", 0, 10)).map(({ seq }) => seq),
			[1, 2, 3],
		);
		t.is(await store.head("t"), 1);
		t.is(await store.eventBy("natural", "fs"), undefined);
	});

	test(`${name}: a fold that refuses a state decides at the event's own place, whatever is appended beside it`, async (t) => {
		const place = await newPlace(t);
		const stores = [await place.open(), await place.open()];
		// Each event requires that fewer than five come before it.
		const atMostFive: FoldsOf = (event) => [
			{
				collection: tallies,
				id: event.stream,
				next(now?: Tally) {
					if ((now?.seqs.length ?? 0) >= 5) throw new Error("there are five already");
					return undefined;
				},
			},
			...folds(event),
		];
		const appends = Array.from({ length: 30 }, (_, n) =>
			(stores[n % 2] as (typeof stores)[0]).append(post("s", String(n)), { folds: atMostFive }),
		);
		const outcomes = await Promise.allSettled(appends);
		t.is(outcomes.filter(({ status }) => status === "fulfilled").length, 5);
		t.is(await (stores[0] as (typeof stores)[0]).head("s"), 5);
	});

	test(`${name}: a repeated append is a duplicate, even if its fold would refuse it now`, async (t) => {
		const store = await (await newPlace(t)).open();
		const onlyFirst: FoldsOf = (event) => [
			{
				collection: tallies,
				id: event.stream,
				next(now?: Tally) {
					if (now !== undefined) throw new Error("it is not the first");
					return undefined;
				},
			},
			...folds(event),
		];
		for (const key of ["natural", "request"] as const) {
			const draft = post(key, "x", { [key]: `the ${key} key` });
			t.is((await store.append(draft, { folds: onlyFirst })).outcome, "appended");
			t.like(await store.append(draft, { folds: onlyFirst }), { outcome: "duplicate", by: key });
			await t.throwsAsync(store.append(post(key, "y"), { folds: onlyFirst }), { message: "it is not the first" });
			t.is(await store.head(key), 1);
		}
	});

	test(`${name}: folds and compare-and-set see each other's writes`, async (t) => {
		const store = await (await newPlace(t)).open();
		await store.append(post("s", "x"), { folds });
		const before = await store.get(tallies, "s");
		if (!before) return t.fail();
		t.true(await store.replace(tallies, "s", before.rev, { ...before.doc, sum: 100 }));
		await store.append(post("s", "y"), { folds });
		t.false(await store.replace(tallies, "s", before.rev + 1, before.doc));
		t.like((await store.get(tallies, "s"))?.doc, { sum: 101, seqs: [1, 2] });
	});

	test(`${name}: after any appends to any streams, documents equal the result of folding the log in order`, async (t) => {
		const place = await newPlace(t);
		const [store, other] = [await place.open(), await place.open()];
		let run = 0;
		const action = fc.record({
			stream: fc.constantFrom("a", "b"),
			of: fc.integer({ min: 0, max: 6 }),
			elsewhere: fc.boolean(),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 15 }), async (actions) => {
				run++;
				await Promise.all(
					actions.map(({ stream, of, elsewhere }, n) => {
						const draft = post(`${stream}${run}`, String(n));
						const body = of === 0 ? draft.body : { kind: of === 6 ? "delete" : "edit", of, text: String(n) };
						return (elsewhere ? other : store).append({ ...draft, body }, { folds });
					}),
				);
				for (const stream of [`a${run}`, `b${run}`]) {
					const documents = new Map<string, unknown>();
					for (const event of await store.events(stream, 0, 100)) {
						for (const fold of folds(event)) {
							const next = fold.next(documents.get(fold.id));
							if (next !== undefined) documents.set(fold.id, next);
						}
					}
					for (const [id, doc] of documents) {
						const stored = id === stream ? await store.get(tallies, id) : await store.get(messages, id);
						t.deepEqual<unknown, unknown>(stored?.doc, doc);
					}
				}
			}),
			{ numRuns: 20 },
		);
	});
}
