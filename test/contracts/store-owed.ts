import test from "ava";
import type { NewPlace } from "./store.ts";
import { noFolds, post } from "./store-collections.ts";

export function owedContract(name: string, newPlace: NewPlace): void {
	test(`${name}: an event is owed from its time on, until every consumer has settled it`, async (t) => {
		const clock = { now: () => 1_000 };
		const store = await (await newPlace(t)).open({ clock });
		await store.append(post("s", "x", { pending: ["bridge", "notify"] }), { folds: noFolds });
		await store.append(post("s", "y"), { folds: noFolds });
		const owed = async (now: number) => (await store.owed(now, 10)).map(({ id, pending }) => [id, ...pending]);
		t.deepEqual(await owed(999), []);
		t.deepEqual(await owed(1_000), [["s/1", "bridge", "notify"]]);
		await store.settle(["s/1"], "bridge");
		t.deepEqual(await owed(1_000), [["s/1", "notify"]]);
		t.deepEqual((await store.event("s/1"))?.pending, ["notify"]);
		await store.settle(["s/1"], "notify");
		t.deepEqual(await owed(1_000), []);
		t.deepEqual((await store.event("s/1"))?.pending, []);
	});

	test(`${name}: what nobody knows can be settled and postponed without an error`, async (t) => {
		const store = await (await newPlace(t)).open();
		await store.append(post("s", "x", { pending: ["bridge"] }), { folds: noFolds });
		await store.settle(["s/1", "s/2", "t/1", "", "s"], "feed");
		await store.settle([], "bridge");
		await store.postpone("s/9", 5);
		t.is((await store.owed(Number.MAX_SAFE_INTEGER, 10)).length, 1);
		await store.settle(["s/9", "s/1", "s/1"], "bridge");
		await store.settle(["s/1"], "bridge");
		await store.postpone("s/1", 5);
		t.deepEqual(await store.owed(Number.MAX_SAFE_INTEGER, 10), []);
	});

	test(`${name}: what is owed comes the longest due first, and postponing puts it behind`, async (t) => {
		let now = 0;
		const store = await (await newPlace(t)).open({ clock: { now: () => now } });
		for (const [n, stream] of ["c", "a", "b"].entries()) {
			now = 100 * (n + 1);
			await store.append(post(stream, "x", { pending: ["bridge"] }), { folds: noFolds });
		}
		const owed = async (at: number, limit = 10) => (await store.owed(at, limit)).map(({ id }) => id);
		t.deepEqual(await owed(1_000), ["c/1", "a/1", "b/1"]);
		t.deepEqual(await owed(1_000, 2), ["c/1", "a/1"]);
		await store.postpone("c/1", 2_000);
		t.deepEqual(await owed(1_999), ["a/1", "b/1"]);
		t.deepEqual(await owed(2_000), ["a/1", "b/1", "c/1"]);
		await store.settle(["a/1", "b/1"], "bridge");
		t.deepEqual(await owed(2_000), ["c/1"]);
	});

	test(`${name}: consumers that settle at once lose no marker of each other`, async (t) => {
		const store = await (await newPlace(t)).open();
		const markers = ["bridge", "notify", "federate", "feed"];
		const ids = Array.from({ length: 30 }, (_, n) => `s/${n + 1}`);
		await Promise.all(ids.map(() => store.append(post("s", "x", { pending: markers }), { folds: noFolds })));
		await Promise.all(markers.slice(1).map((marker) => store.settle(ids, marker)));
		const owed = await store.owed(Number.MAX_SAFE_INTEGER, 100);
		t.is(owed.length, 30);
		t.true(owed.every(({ pending }) => pending.length === 1 && pending[0] === "bridge"));
	});
}
