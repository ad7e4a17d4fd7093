import test from "ava";
import type { NewPlace } from "./store.ts";
import { folds, noFolds, post } from "./store-collections.ts";

const range = (length: number): number[] => Array.from({ length }, (_, n) => n + 1);

export function logContract(name: string, newPlace: NewPlace): void {
	test(`${name}: an event gets its seq and its time, and its id stands in for missing keys`, async (t) => {
		const clock = { now: () => 5_000 };
		const store = await (await newPlace(t)).open({ clock });
		const appended = await store.append(post("chan", "ünï 🦉", { pending: ["bridge"] }), { folds: noFolds });
		const event = {
			id: "chan/1",
			stream: "chan",
			seq: 1,
			type: "posted",
			actor: "account1",
			at: 5_000,
			request: "chan/1",
			natural: "chan/1",
			pending: ["bridge"],
			body: { kind: "post", text: "ünï 🦉" },
		};
		t.deepEqual(appended, { outcome: "appended", event });
		t.deepEqual(await store.event("chan/1"), event);
		t.deepEqual(await store.events("chan", 0, 10), [event]);
		t.deepEqual(await store.eventBy("natural", "chan/1"), event);
		t.deepEqual(await store.eventBy("request", "chan/1"), event);
	});

	test(`${name}: events are found only by their keys`, async (t) => {
		const store = await (await newPlace(t)).open();
		await store.append(post("s", "a", { natural: "ap:x", request: "r:1" }), { folds: noFolds });
		t.is((await store.eventBy("natural", "ap:x"))?.id, "s/1");
		t.is((await store.eventBy("request", "r:1"))?.id, "s/1");
		for (const value of ["r:1", "s/1", "s/2", "t/1", "nothing"]) t.is(await store.eventBy("natural", value), undefined);
		for (const id of ["s/2", "s/0", "s/01", "t/1", "s", "", "/1", "s/x"]) t.is(await store.event(id), undefined);
	});

	test(`${name}: a request key is taken for as long as its draft says, and then makes a new event`, async (t) => {
		const clock = { time: 5_000, now: () => clock.time };
		const place = await newPlace(t);
		const store = await place.open({ clock });
		const append = (request: string, rest: { readonly requestMs?: number } = { requestMs: 1_000 }) =>
			store.append(post("s", "x", { request, ...rest }), { folds });
		await append("once", {});
		t.like(await append("again"), { outcome: "appended", event: { id: "s/2", request: "again" } });
		clock.time += 999;
		t.like(await append("again"), { outcome: "duplicate", by: "request", event: { id: "s/2" } });
		clock.time += 1;
		t.is(await store.eventBy("request", "again"), undefined);
		const both = await Promise.all([append("again"), append("again")]);
		t.deepEqual(both.map(({ outcome }) => outcome).toSorted(), ["appended", "duplicate"]);
		t.is((await store.eventBy("request", "again"))?.id, "s/3");
		t.like(await store.event("s/2"), { request: "s/2", body: { text: "x" } });
		t.like(await append("once"), { outcome: "duplicate", event: { id: "s/1" } });
		// The keys that were not used again are erased, a few at a time.
		await append("other");
		clock.time += 1_000;
		t.is(await store.forgetRequests(1), 1);
		t.is(await store.forgetRequests(5), 1);
		t.is(await store.forgetRequests(5), 0);
		t.deepEqual(
			(await store.events("s", 0, 9)).map(({ request }) => request),
			["once", "s/2", "s/3", "s/4"],
		);
		const later = await place.open({ clock });
		t.like(await later.append(post("t", "y", { request: "again" }), { folds }), { outcome: "appended" });
	});

	test(`${name}: appends are stored in the order of their calls, without gaps in any stream`, async (t) => {
		const store = await (await newPlace(t)).open();
		const streams = ["a", "b/c", "b"];
		const drafts = range(150).map((n) => post(streams[n % 3] ?? "", String(n)));
		await Promise.all(drafts.map((draft) => store.append(draft, { folds })));
		for (const stream of streams) {
			const events = await store.events(stream, 0, 1000);
			const texts = drafts.filter((draft) => draft.stream === stream).map(({ body }) => body);
			t.deepEqual(
				events.map(({ body }) => body),
				texts,
			);
			t.deepEqual(
				events.map(({ seq }) => seq),
				range(50),
			);
			t.true(events.every(({ at }, n) => n === 0 || at >= (events[n - 1]?.at ?? 0)));
			t.is(await store.head(stream), 50);
		}
		t.is(await store.head("nothing"), 0);
		t.deepEqual(await store.events("nothing", 0, 5), []);
	});

	test(`${name}: reading continues after a given seq, up to a limit`, async (t) => {
		const store = await (await newPlace(t)).open();
		await Promise.all(range(300).map((n) => store.append(post("s", String(n)), { folds: noFolds })));
		t.deepEqual(
			(await store.events("s", 0, 2)).map(({ seq }) => seq),
			[1, 2],
		);
		t.deepEqual(
			(await store.events("s", 297, 10)).map(({ seq }) => seq),
			[298, 299, 300],
		);
		t.deepEqual(await store.events("s", 300, 10), []);
		t.is((await store.events("s", 0, 1000)).length, 300);
	});

	for (const by of ["natural", "request"] as const) {
		test(`${name}: of 50 concurrent appends with one ${by} key, one is stored and all return it`, async (t) => {
			const store = await (await newPlace(t)).open();
			const outcomes = await Promise.all(
				range(50).map((n) => store.append(post(`s${n % 3}`, "x", { [by]: "k" }), { folds })),
			);
			const appended = outcomes.filter(({ outcome }) => outcome === "appended");
			t.is(appended.length, 1);
			const ids = new Set(outcomes.map((outcome) => (outcome.outcome === "moved" ? "" : outcome.event.id)));
			t.is(ids.size, 1);
			for (const outcome of outcomes) if (outcome.outcome === "duplicate") t.is(outcome.by, by);
			const heads = await Promise.all([0, 1, 2].map((n) => store.head(`s${n}`)));
			t.is(
				heads.reduce((a, b) => a + b),
				1,
			);
		});
	}

	test(`${name}: duplicates among other appends leave no gap`, async (t) => {
		const store = await (await newPlace(t)).open();
		const drafts = range(120).map((n) => post("s", String(n), n % 3 === 0 ? { natural: `k${n % 4}` } : {}));
		const outcomes = await Promise.all(drafts.map((draft) => store.append(draft, { folds })));
		const count = 80 + 4;
		t.is(outcomes.filter(({ outcome }) => outcome === "appended").length, count);
		t.deepEqual(
			(await store.events("s", 0, 1000)).map(({ seq }) => seq),
			range(count),
		);
	});

	test(`${name}: a duplicate returns the stored event with its pending markers`, async (t) => {
		const store = await (await newPlace(t)).open();
		await store.append(post("s", "first", { natural: "k", request: "r", pending: ["a", "b"] }), { folds });
		await store.settle(["s/1"], "a");
		const again = await store.append(post("s", "second", { natural: "k", request: "r" }), { folds });
		t.like(again, {
			outcome: "duplicate",
			by: "natural",
			event: { id: "s/1", pending: ["b"], body: { text: "first" } },
		});
		const sameRequest = await store.append(post("t", "third", { natural: "other", request: "r" }), { folds });
		t.like(sameRequest, { outcome: "duplicate", by: "request", event: { id: "s/1" } });
		t.is(await store.eventBy("natural", "other"), undefined);
	});

	test(`${name}: an append after a wrong seq stores nothing and reports the right seq`, async (t) => {
		const store = await (await newPlace(t)).open();
		t.deepEqual(await store.append(post("s", "x"), { folds, after: 1 }), { outcome: "moved", seq: 0 });
		t.like(await store.append(post("s", "x", { natural: "k" }), { folds, after: 0 }), { outcome: "appended" });
		t.deepEqual(await store.append(post("s", "x"), { folds, after: 0 }), { outcome: "moved", seq: 1 });
		t.is(await store.head("s"), 1);
		const retried = await store.append(post("s", "x", { natural: "k" }), { folds, after: 0 });
		t.like(retried, { outcome: "duplicate", event: { id: "s/1" } });
	});

	test(`${name}: of many concurrent appends after one seq, one succeeds`, async (t) => {
		const store = await (await newPlace(t)).open();
		const outcomes = await Promise.all(range(30).map((n) => store.append(post("s", String(n)), { folds, after: 0 })));
		t.is(outcomes.filter(({ outcome }) => outcome === "appended").length, 1);
		t.true(outcomes.every((outcome) => outcome.outcome !== "moved" || outcome.seq === 1));
	});

	test(`${name}: erasing replaces the bodies of earlier events of the stream, and leaves ids, order and keys`, async (t) => {
		const store = await (await newPlace(t)).open();
		const secret = { natural: "ap:secret" };
		await store.append(post("s", "secret one", secret), { folds });
		await store.append(post("s", "secret two"), { folds });
		await store.append(post("t", "stays"), { folds });
		const erases = [1, 2, 3, 99].map((seq) => ({ seq, body: { kind: "erased" } }));
		const body = { kind: "delete", of: 1 };
		await store.append({ ...post("s", ""), type: "deleted", body, erases }, { folds });
		const events = await store.events("s", 0, 10);
		t.deepEqual(
			events.map((event) => event.body),
			[{ kind: "erased" }, { kind: "erased" }, body],
		);
		t.is((await store.eventBy("natural", "ap:secret"))?.id, "s/1");
		t.like(await store.event("t/1"), { body: { text: "stays" } });
		const again = await store.append(post("s", "secret one", secret), { folds });
		t.like(again, { outcome: "duplicate", event: { body: { kind: "erased" } } });
	});

	test(`${name}: a draft that can't be stored is rejected and affects no other`, async (t) => {
		const store = await (await newPlace(t)).open();
		const cycle: { self?: unknown } = {};
		cycle.self = cycle;
		const wrong = [
			post("", "x"),
			post("strüm", "x"),
			post("s", "x", { natural: "ü" }),
			post("s", "x", { request: "x".repeat(513) }),
			post("s", "x", { body: undefined }),
			post("s", "x", { body: cycle }),
			post("s", "x", { pending: [""] }),
			post("s", "x", { erases: [{ seq: 0, body: null }] }),
		];
		const refused = wrong.map((draft) =>
			t.throwsAsync(store.append(draft, { folds: noFolds }), { instanceOf: TypeError }),
		);
		t.like(await store.append(post("s", "good"), { folds }), { outcome: "appended", event: { seq: 1 } });
		await Promise.all(refused);
		t.is(await store.head("s"), 1);
	});
}
