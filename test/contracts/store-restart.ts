import test from "ava";
import { StoreUnavailable } from "../../src/core/ports/store.ts";
import type { NewPlace } from "./store.ts";
import { folds, messages, notes, post, tallies } from "./store-collections.ts";

export function restartContract(name: string, newPlace: NewPlace): void {
	test(`${name}: after a restart everything is stored, and event times never decrease even if the clock steps back`, async (t) => {
		const place = await newPlace(t);
		const first = await place.open({ clock: { now: () => 9_000 } });
		await first.append(post("s", "1", { natural: "k", pending: ["bridge"] }), { folds });
		await first.append(post("s", "2"), { folds });
		await first.insert(notes, "n1", { owner: "o", rank: 1, handle: "h" });
		await first.close();
		const second = await place.open({ clock: { now: () => 50 } });
		await second.catchUp(folds);
		t.is(await second.head("s"), 2);
		t.is((await second.owed("bridge", "s", { limit: 10 })).length, 1);
		t.is((await second.get(notes, "n1"))?.doc.handle, "h");
		t.like(await second.append(post("s", "again", { natural: "k" }), { folds }), { outcome: "duplicate" });
		await second.append(post("s", "3"), { folds });
		t.deepEqual(
			(await second.events("s", 0, 10)).map(({ at }) => at),
			[9_000, 9_000, 9_000],
		);
		t.deepEqual((await second.get(tallies, "s"))?.doc.seqs, [1, 2, 3]);
	});

	test(`${name}: a closed store finishes operations that were begun and rejects later ones`, async (t) => {
		const place = await newPlace(t);
		const first = await place.open();
		const begun = first.append(post("s", "1"), { folds });
		await Promise.all([first.close(), first.close()]);
		t.like(await begun, { outcome: "appended" });
		await t.throwsAsync(first.append(post("s", "2"), { folds }), { instanceOf: StoreUnavailable });
		await t.throwsAsync(first.insert(notes, "n1", { owner: "o", rank: 1, handle: "h" }), {
			instanceOf: StoreUnavailable,
		});
		await t.throwsAsync(first.get(notes, "n1"), { instanceOf: StoreUnavailable });
		t.is(await (await place.open()).head("s"), 1);
	});

	test(`${name}: two stores on one database append to one stream without gaps, losses or duplicates`, async (t) => {
		const place = await newPlace(t);
		const stores = await Promise.all([place.open(), place.open()]);
		const count = 120;
		const outcomes = await Promise.all(
			stores.map(async (store, who) => {
				const events: string[] = [];
				for (let n = 0; n < count; n += 10) {
					const batch = Array.from({ length: 10 }, (_, i) => post("s", `${who}-${n + i}`));
					for (const done of await Promise.all(batch.map((draft) => store.append(draft, { folds })))) {
						if (done.outcome === "appended") events.push(done.event.id);
					}
				}
				return events;
			}),
		);
		const ids = outcomes.flat();
		t.is(new Set(ids).size, 2 * count);
		for (const store of stores) {
			t.is(await store.head("s"), 2 * count);
			const events = await store.events("s", 0, 1000);
			t.deepEqual(
				events.map(({ seq }) => seq),
				Array.from({ length: 2 * count }, (_, n) => n + 1),
			);
			t.true(events.every(({ at }, n) => n === 0 || at >= (events[n - 1]?.at ?? 0)));
			for (const who of [0, 1]) {
				const own = events
					.map(({ body }) => (body as { text: string }).text)
					.filter((text) => text.startsWith(`${who}-`));
				t.deepEqual(
					own,
					Array.from({ length: count }, (_, n) => `${who}-${n}`),
				);
			}
			t.deepEqual(
				(await store.get(tallies, "s"))?.doc.seqs,
				events.map(({ seq }) => seq),
			);
			t.is((await store.get(messages, `s/${2 * count}`))?.doc.order[0], 2 * count);
		}
	});

	test(`${name}: two stores on one database agree on which append was first`, async (t) => {
		const place = await newPlace(t);
		const stores = await Promise.all([place.open(), place.open()]);
		const tries = Array.from({ length: 40 }, (_, n) => {
			const draft = post(`s${n % 2}`, String(n), { natural: `k${n % 5}` });
			return (stores[n % 2] ?? stores[0]).append(draft, { folds });
		});
		const outcomes = await Promise.all(tries);
		t.is(outcomes.filter(({ outcome }) => outcome === "appended").length, 5);
		const decided = await Promise.all(stores.map((store) => store.append(post("d", "x"), { folds, after: 0 })));
		t.deepEqual(decided.map(({ outcome }) => outcome).sort(), ["appended", "moved"]);
	});

	test(`${name}: a raised version rebuilds the indexes from the stored documents`, async (t) => {
		const place = await newPlace(t);
		const first = await place.open({ collections: [notes] });
		const docs = ["a", "b", "c"].map((handle, n) => ({ id: handle, doc: { owner: "o", rank: 10 - n, handle } }));
		await first.insertMissing(notes, docs);
		await first.close();
		const raised = {
			...notes,
			version: 2,
			indexes: {
				handle: notes.indexes["handle"] as (typeof notes.indexes)[string],
				ranking: { kinds: ["int"], of: ({ rank }: { rank: number }) => [rank] },
				mirrored: { kinds: ["int", "text"], of: ({ rank, owner }: { rank: number; owner: string }) => [-rank, owner] },
			},
		} as const;
		const second = await place.open({ collections: [raised] });
		const ids = async (index: string) =>
			(await second.page(raised, { index, order: "asc", limit: 10 })).map(({ id }) => id);
		t.deepEqual(await ids("ranking"), ["c", "b", "a"]);
		t.deepEqual(await ids("mirrored"), ["a", "b", "c"]);
		t.is(await second.count(raised, "ranking", [9]), 1);
		await second.close();
		await t.throwsAsync(place.open({ collections: [notes] }), { message: /notes/ });
	});

	test(`${name}: a raised version migrates every document, however often the migration is interrupted`, async (t) => {
		const place = await newPlace(t);
		const first = await place.open({ collections: [notes] });
		const docs = ["a", "b", "c"].map((handle, n) => ({ id: handle, doc: { owner: "o", rank: n, handle } }));
		await first.insertMissing(notes, docs);
		await first.close();
		const upgrade = (doc: unknown) => {
			const note = doc as { rank: number; text?: string };
			return note.text === undefined ? { ...note, rank: note.rank + 100, text: "brought over" } : note;
		};
		for (const version of [2, 3]) {
			const store = await place.open({ collections: [{ ...notes, version, upgrade }] });
			const page = await store.page(notes, { index: "ranking", prefix: ["o"], order: "asc", limit: 10 });
			t.deepEqual(
				page.map(({ doc }) => [doc.handle, doc.rank, doc.text]),
				["a", "b", "c"].map((handle, n) => [handle, n + 100, "brought over"]),
			);
			await store.close();
		}
	});

	test(`${name}: a process that ends before or after the commit loses no acknowledged event`, async (t) => {
		for (const point of ["store:before-commit", "store:after-commit"] as const) {
			const place = await newPlace(t);
			let armed = false;
			const crash = () => {
				if (armed) throw new Error("the process ends here");
			};
			const store = await place.open({ failPoints: { hit: (name) => (name === point ? crash() : undefined) } });
			await store.append(post("s", "kept", { natural: "a" }), { folds });
			armed = true;
			const unknown = post("s", "unknown", { natural: "b", pending: ["bridge"] });
			await t.throwsAsync(store.append(unknown, { folds }), { message: "the process ends here" });
			const reopened = await place.open();
			await reopened.catchUp(folds);
			const landed = point === "store:after-commit";
			t.is(await reopened.head("s"), landed ? 2 : 1);
			t.is((await reopened.get(messages, "s/2"))?.doc.text, landed ? "unknown" : undefined);
			t.is((await reopened.owed("bridge", "s", { limit: 9 })).length, landed ? 1 : 0);
			const retried = await reopened.append(unknown, { folds });
			t.is(retried.outcome, landed ? "duplicate" : "appended");
			await reopened.append(post("s", "next"), { folds });
			t.deepEqual((await reopened.get(tallies, "s"))?.doc.seqs, [1, 2, 3]);
		}
	});
}
