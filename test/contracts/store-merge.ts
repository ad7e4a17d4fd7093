import test from "ava";
import fc from "fast-check";
import type { Key, Merge } from "../../src/core/ports/store.ts";
import type { NewPlace } from "./store.ts";
import { type Note, notes } from "./store-collections.ts";

type Sample = { readonly id: string; readonly doc: Note };

const owners = ["", "a", "B", "b", "~", "a b", "aa"] as const;
/** Few ranks, so that many documents have equal keys. */
const ranks = [-(2 ** 53 - 1), -7, 1, 2, 10, 2 ** 53 - 1] as const;

const samples: fc.Arbitrary<readonly Sample[]> = fc
	.uniqueArray(fc.integer({ min: 0, max: 900 }), { minLength: 0, maxLength: 60 })
	.chain((numbers) =>
		fc.tuple(
			...numbers.map((number) =>
				fc.record({
					id: fc.constant(`n${number}`),
					doc: fc.record({
						owner: fc.constantFrom(...owners),
						rank: fc.constantFrom(...ranks),
						handle: fc.constant(`h${number}`),
					}),
				}),
			),
		),
	);

const merges: fc.Arbitrary<Merge> = fc.record({
	index: fc.constant("ranking"),
	ranges: fc.uniqueArray(fc.constantFrom(...owners), { minLength: 0, maxLength: owners.length }).chain((chosen) =>
		fc.tuple(
			...chosen.map((owner) =>
				fc.option(fc.constantFrom(...ranks), { nil: undefined }).map((rank) => ({
					prefix: [owner] as Key,
					...(rank === undefined ? {} : { after: [owner, rank] as Key }),
				})),
			),
		),
	),
	order: fc.constantFrom("asc" as const, "desc" as const),
	limit: fc.integer({ min: 1, max: 25 }),
});

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

/** Computes the same merge by sorting everything. */
function expected(all: readonly Sample[], { ranges, order, limit }: Merge): readonly string[] {
	const sign = order === "asc" ? 1 : -1;
	return all
		.filter(({ doc }) =>
			ranges.some(
				({ prefix, after }) =>
					prefix[0] === doc.owner && (after === undefined || sign * compare(doc.rank, after[1] as number) > 0),
			),
		)
		.toSorted(
			(a, b) => sign * (compare(a.doc.rank, b.doc.rank) || compare(a.doc.owner, b.doc.owner) || compare(a.id, b.id)),
		)
		.slice(0, limit)
		.map(({ id }) => id);
}

export function mergeContract(name: string, newPlace: NewPlace): void {
	test(`${name}: any merge of ranges equals the result of sorting everything`, async (t) => {
		const store = await (await newPlace(t)).open();
		await fc.assert(
			fc.asyncProperty(samples, fc.array(merges, { minLength: 1, maxLength: 8 }), async (all, asked) => {
				await store.insertMissing(notes, all);
				for (const merge of asked) {
					const rows = await store.merge(notes, merge);
					t.deepEqual(
						rows.map(({ id }) => id),
						expected(all, merge),
					);
				}
				const ids = all.flatMap(({ id }, n) => (n % 2 === 0 ? [id, `${id}-unknown`] : []));
				const found = await store.getAll(notes, ids);
				t.deepEqual(found.map(({ id }) => id).toSorted(), ids.filter((id) => !id.endsWith("unknown")).toSorted());
				for (const { id } of all) await store.delete(notes, id);
			}),
			{ numRuns: 40 },
		);
	});

	test(`${name}: hundreds of ranges are merged like a few`, async (t) => {
		const store = await (await newPlace(t)).open();
		const all = Array.from({ length: 700 }, (_, n) => ({
			id: `n${n}`,
			doc: { owner: `o${n % 350}`, rank: (n * 7919) % 1009, handle: `h${n}` },
		}));
		await store.insertMissing(notes, all);
		const ranges = Array.from({ length: 350 }, (_, n) => ({ prefix: [`o${n}`] }));
		const merge = { index: "ranking", ranges, order: "desc", limit: 60 } as const;
		const rows = await store.merge(notes, merge);
		t.deepEqual(
			rows.map(({ id }) => id),
			expected(all, merge),
		);
	});

	test(`${name}: a merge that its index does not support is rejected`, async (t) => {
		const store = await (await newPlace(t)).open();
		const merge = { index: "ranking", order: "asc", limit: 1 } as const;
		for (const ranges of [
			[{ prefix: [] }],
			[{ prefix: ["o", 1] }],
			[{ prefix: ["o"] }, { prefix: ["o", 1] }],
			[{ prefix: ["o"], after: ["p", 1] }],
			[{ prefix: ["o"], after: ["o"] }],
			[{ prefix: [1] }],
		])
			await t.throwsAsync(store.merge(notes, { ...merge, ranges }), { instanceOf: TypeError }, JSON.stringify(ranges));
		await t.throwsAsync(store.merge(notes, { ...merge, ranges: [], limit: 0 }), { instanceOf: TypeError });
		await t.throwsAsync(store.merge(notes, { ...merge, index: "colour", ranges: [] }), { instanceOf: TypeError });
		t.deepEqual(await store.merge(notes, { ...merge, ranges: [] }), []);
	});
}
