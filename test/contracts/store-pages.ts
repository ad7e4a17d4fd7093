import test from "ava";
import fc from "fast-check";
import type { Key, Page } from "../../src/core/ports/store.ts";
import type { NewPlace } from "./store.ts";
import { type Note, notes } from "./store-collections.ts";

type Sample = { readonly id: string; readonly doc: Note };

/** Few values, so that keys collide often; the ids are in no order. */
const samples: fc.Arbitrary<readonly Sample[]> = fc
	.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 0, maxLength: 25 })
	.chain((numbers) =>
		fc.tuple(
			...numbers.map((number) =>
				fc.record({
					id: fc.constant(`n${number}`),
					doc: fc.record(
						{
							owner: fc.constantFrom("", "a", "B", "b", "~", "a b", "aa"),
							rank: fc.constantFrom(-(2 ** 53 - 1), -7, -0, 1, 2, 10, 2 ** 31, 2 ** 53 - 1),
							handle: fc.constant(`h${(number * 7919) % 1009}`),
							due: fc.integer({ min: -2, max: 2 }),
						},
						{ requiredKeys: ["owner", "rank", "handle"] },
					),
				}),
			),
		),
	);

const keys: Record<string, (sample: Sample) => Key | undefined> = {
	handle: ({ doc }) => [doc.handle],
	ranking: ({ doc }) => [doc.owner, doc.rank],
	due: ({ doc }) => (doc.due === undefined ? undefined : [doc.due]),
	id: ({ id }) => [id],
};

const requests = fc.record({
	index: fc.constantFrom("handle", "ranking", "due", "id"),
	from: fc.nat(),
	prefixed: fc.boolean(),
	resumed: fc.boolean(),
	order: fc.constantFrom("asc" as const, "desc" as const),
	limit: fc.integer({ min: 1, max: 30 }),
});

function compare(a: Key, b: Key): number {
	for (const [n, part] of a.entries()) {
		const other = b[n] as typeof part;
		if (part !== other && !(part === 0 && other === 0)) return part < other ? -1 : 1;
	}
	return 0;
}

/** Computes the same page by sorting everything. */
function expected(all: readonly Sample[], page: Page): readonly string[] {
	const direction = page.order === "asc" ? 1 : -1;
	return all
		.flatMap((sample) => {
			const key = keys[page.index ?? "id"]?.(sample);
			return key ? [{ id: sample.id, key }] : [];
		})
		.filter(({ key }) => compare(page.prefix ?? [], key) === 0)
		.filter(({ key }) => !page.after || compare(key, page.after) * direction > 0)
		.toSorted((a, b) => direction * compare([...a.key, a.id], [...b.key, b.id]))
		.slice(0, page.limit)
		.map(({ id }) => id);
}

export function pagesContract(name: string, newPlace: NewPlace): void {
	test(`${name}: any page over any index equals the result of sorting everything`, async (t) => {
		const store = await (await newPlace(t)).open();
		await fc.assert(
			fc.asyncProperty(samples, fc.array(requests, { minLength: 1, maxLength: 8 }), async (all, asked) => {
				await store.insertMissing(notes, all);
				for (const { index, from, prefixed, resumed, order, limit } of asked) {
					const some = all.length > 0 ? keys[index]?.(all[from % all.length] as Sample) : undefined;
					const page: Page = {
						...(index !== "id" && { index }),
						...(prefixed && some && { prefix: some.slice(0, 1) }),
						...(resumed && some && { after: some }),
						order,
						limit,
					};
					const rows = await store.page(notes, page);
					t.deepEqual(
						rows.map(({ id }) => id),
						expected(all, page),
					);
					for (const row of rows) t.is(JSON.stringify(row.doc), row.json);
				}
				const owners = await store.count(notes, "ranking", ["a"]);
				t.is(owners, all.filter(({ doc }) => doc.owner === "a").length);
				t.is(await store.count(notes, "due", []), all.filter(({ doc }) => doc.due !== undefined).length);
				for (const { id } of all) await store.delete(notes, id);
			}),
			{ numRuns: 25 },
		);
	});

	test(`${name}: paging with the last key visits every document that has a unique key once`, async (t) => {
		const store = await (await newPlace(t)).open();
		const docs = Array.from({ length: 23 }, (_, n) => ({ id: `n${n}`, doc: { owner: "o", rank: n, handle: `h${n}` } }));
		await store.insertMissing(notes, docs);
		for (const order of ["asc", "desc"] as const) {
			const seen: number[] = [];
			let after: Key | undefined;
			for (;;) {
				const page = { index: "ranking", prefix: ["o"], order, limit: 5, ...(after && { after }) };
				const rows = await store.page(notes, page);
				seen.push(...rows.map(({ doc }) => doc.rank));
				const last = rows.at(-1);
				if (!last) break;
				after = ["o", last.doc.rank];
			}
			const ranks = docs.map(({ doc }) => doc.rank);
			t.deepEqual(seen, order === "asc" ? ranks : ranks.toReversed());
		}
	});

	test(`${name}: a page that its index does not support is rejected`, async (t) => {
		const store = await (await newPlace(t)).open();
		const refused = { instanceOf: TypeError };
		const page = { index: "ranking", order: "asc", limit: 1 } as const;
		await t.throwsAsync(store.page(notes, { ...page, after: ["o"] }), refused);
		await t.throwsAsync(store.page(notes, { ...page, prefix: ["o", 1, 2] }), refused);
		await t.throwsAsync(store.page(notes, { ...page, prefix: ["o"], after: ["p", 1] }), refused);
		await t.throwsAsync(store.page(notes, { ...page, limit: 0 }), refused);
		await t.throwsAsync(store.page(notes, { ...page, index: "colour" }), refused);
	});
}
