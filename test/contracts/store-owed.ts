import test from "ava";
import type { Store } from "../../src/core/ports/store.ts";
import type { NewPlace } from "./store.ts";
import { noFolds, post } from "./store-collections.ts";

const idsOf = async (
	store: Store,
	marker: string,
	stream: string,
	after = 0,
	limit = 100,
): Promise<readonly string[]> => (await store.owed(marker, stream, { after, limit })).map(({ id }) => id);

export function owedContract(name: string, newPlace: NewPlace): void {
	test(`${name}: an event is pending for each of its consumers until that consumer has settled it`, async (t) => {
		const store = await (await newPlace(t)).open();
		await store.append(post("s", "x", { pending: ["bridge", "notify"] }), { folds: noFolds });
		await store.append(post("s", "y"), { folds: noFolds });
		const [event] = await store.owed("bridge", "s", { limit: 10 });
		t.deepEqual([event?.id, event?.pending], ["s/1", ["bridge", "notify"]]);
		await store.settle(["s/1"], "bridge");
		t.deepEqual(await idsOf(store, "bridge", "s"), []);
		t.deepEqual(await idsOf(store, "notify", "s"), ["s/1"]);
		t.deepEqual((await store.event("s/1"))?.pending, ["notify"]);
		await store.settle(["s/1"], "notify");
		t.deepEqual(await idsOf(store, "notify", "s"), []);
		t.deepEqual((await store.event("s/1"))?.pending, []);
	});

	test(`${name}: unknown events and markers can be settled without an error`, async (t) => {
		const store = await (await newPlace(t)).open();
		await store.append(post("s", "x", { pending: ["bridge"] }), { folds: noFolds });
		await store.settle(["s/1", "s/2", "t/1", "", "s"], "feed");
		await store.settle([], "bridge");
		t.deepEqual(await idsOf(store, "bridge", "s"), ["s/1"]);
		await store.settle(["s/9", "s/1", "s/1"], "bridge");
		await store.settle(["s/1"], "bridge");
		t.deepEqual(await idsOf(store, "bridge", "s"), []);
		t.deepEqual(await idsOf(store, "bridge", "nothing"), []);
		t.deepEqual(await idsOf(store, "feed", "s"), []);
	});

	test(`${name}: a stream's pending events are listed oldest first, page by page, without those of other streams`, async (t) => {
		const store = await (await newPlace(t)).open();
		for (const stream of ["c", "a"])
			for (let n = 1; n <= 12; n++)
				await store.append(post(stream, "x", { pending: n % 3 === 0 ? [] : ["bridge"] }), { folds: noFolds });
		const all = [1, 2, 4, 5, 7, 8, 10, 11].map((n) => `c/${n}`);
		t.deepEqual(await idsOf(store, "bridge", "c"), all);
		t.deepEqual(await idsOf(store, "bridge", "c", 0, 3), all.slice(0, 3));
		t.deepEqual(await idsOf(store, "bridge", "c", 4, 3), all.slice(3, 6));
		await store.settle(["c/1", "c/5"], "bridge");
		t.deepEqual(await idsOf(store, "bridge", "c", 0, 2), ["c/2", "c/4"]);
		t.is((await idsOf(store, "bridge", "a")).length, 8);
	});

	test(`${name}: the streams with work for a consumer are listed once each, however much work they have`, async (t) => {
		const store = await (await newPlace(t)).open();
		const streams = Array.from({ length: 9 }, (_, n) => `s${n}`);
		for (const stream of streams)
			for (let n = 0; n < 4; n++)
				await store.append(post(stream, "x", { pending: stream === "s3" ? ["notify"] : ["bridge"] }), {
					folds: noFolds,
				});
		await store.append(post("quiet", "x"), { folds: noFolds });
		t.deepEqual(await store.owedStreams("notify", { limit: 10 }), ["s3"]);
		t.deepEqual(await store.owedStreams("feed", { limit: 10 }), []);
		const found: string[] = [];
		for (let after: string | undefined; ; after = found.at(-1)) {
			const page = await store.owedStreams("bridge", { limit: 3, ...(after === undefined ? {} : { after }) });
			t.true(page.length <= 3);
			found.push(...page);
			if (page.length < 3) break;
		}
		t.deepEqual(
			[...found].sort(),
			streams.filter((stream) => stream !== "s3"),
		);
		await store.settle(["s0/1", "s0/2", "s0/3", "s0/4"], "bridge");
		t.false((await store.owedStreams("bridge", { limit: 100 })).includes("s0"));
	});

	test(`${name}: consumers that settle concurrently keep each other's markers`, async (t) => {
		const store = await (await newPlace(t)).open();
		const markers = ["bridge", "notify", "federate", "feed"];
		const ids = Array.from({ length: 30 }, (_, n) => `s/${n + 1}`);
		await Promise.all(ids.map(() => store.append(post("s", "x", { pending: markers }), { folds: noFolds })));
		await Promise.all(markers.slice(1).map((marker) => store.settle(ids, marker)));
		t.deepEqual(await idsOf(store, "bridge", "s"), ids);
		for (const marker of markers.slice(1)) t.deepEqual(await store.owedStreams(marker, { limit: 10 }), []);
		const owed = await store.owed("bridge", "s", { limit: 100 });
		t.true(owed.every(({ pending }) => pending.length === 1 && pending[0] === "bridge"));
	});
}
