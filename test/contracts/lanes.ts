import type { TestFn } from "ava";
import type { Lane } from "#core/ports/lanes.ts";
import { afterOthers, gate, type StartLanes, soon, until } from "./lane-runs.ts";
import { laterRunsContract } from "./later-runs.ts";

/** The contract of the Lanes port. */
export function lanesContract(test: TestFn, name: string, start: StartLanes): void {
	laterRunsContract(test, name, start);

	test(`${name}: a wake is followed by a run`, async (t) => {
		const runs: Lane[] = [];
		const lanes = await start(t, { concurrency: 4, handler: async (lane) => void runs.push(lane) });
		lanes.wake("host:a.example");
		lanes.wake("host:b.example");
		await until(() => runs.length === 2);
		await lanes.idle();
		t.deepEqual(runs.toSorted(), ["host:a.example", "host:b.example"]);
	});

	test(`${name}: a lane never has two runs at once, and a wake during a run is followed by another run`, async (t) => {
		let running = 0;
		let runs = 0;
		let highest = 0;
		const lanes = await start(t, {
			concurrency: 8,
			async handler() {
				highest = Math.max(highest, ++running);
				await soon();
				running--;
				runs++;
				return undefined;
			},
		});
		lanes.wake("one");
		await until(() => running === 1);
		for (let i = 0; i < 100; i++) lanes.wake("one");
		await until(() => runs === 2);
		await lanes.idle();
		await afterOthers(t, start, 5);
		t.is(highest, 1);
		t.is(runs, 2);
	});

	test(`${name}: a run that starts after a wake sees the writes before the wake`, async (t) => {
		const store: number[] = [];
		const seen: number[] = [];
		const lanes = await start(t, {
			concurrency: 4,
			async handler() {
				const due = store.splice(0);
				await new Promise((turn) => setImmediate(turn));
				seen.push(...due);
				return undefined;
			},
		});
		for (let i = 0; i < 200; i++) {
			store.push(i);
			lanes.wake("one");
			if (i % 7 === 0) await new Promise((turn) => setImmediate(turn));
		}
		await until(() => seen.length === 200);
		t.deepEqual(
			seen,
			Array.from({ length: 200 }, (_, i) => i),
		);
	});

	test(`${name}: lanes run concurrently up to the limit, in the order of their wakes`, async (t) => {
		const { handler, started, highest, release } = gate();
		const lanes = await start(t, { concurrency: 2, handler });
		const all = ["host:a", "host:b", "host:c", "host:d"];
		for (const lane of all) lanes.wake(lane);
		await until(() => started.length === 2);
		release();
		await until(() => started.length === 3);
		for (const _ of started) release();
		await until(() => started.length === 4);
		release();
		await lanes.idle();
		t.deepEqual(started, all);
		t.is(highest.get("host"), 2);
	});

	test(`${name}: a busy lane is queued behind waiting lanes`, async (t) => {
		const { handler, started, release } = gate();
		const lanes = await start(t, { concurrency: 1, handler });
		lanes.wake("busy");
		await until(() => started.length === 1);
		lanes.wake("quiet");
		lanes.wake("busy");
		release();
		await until(() => started.length === 2);
		release();
		await until(() => started.length === 3);
		release();
		t.deepEqual(started, ["busy", "quiet", "busy"]);
		await lanes.idle();
	});

	test(`${name}: a handler that asks to run again at once is queued behind other lanes`, async (t) => {
		const runs: Lane[] = [];
		const lanes = await start(t, {
			concurrency: 1,
			async handler(lane) {
				runs.push(lane);
				return lane === "long" && runs.filter((other) => other === "long").length < 5 ? Date.now() : undefined;
			},
		});
		lanes.wake("long");
		lanes.wake("short");
		await until(() => runs.length === 6);
		t.true(runs.indexOf("short") < 3);
		await lanes.idle();
	});

	test(`${name}: each of thousands of lanes gets its run`, async (t) => {
		const runs = new Map<Lane, number>();
		const lanes = await start(t, {
			concurrency: 50,
			async handler(lane) {
				await new Promise((turn) => setImmediate(turn));
				runs.set(lane, (runs.get(lane) ?? 0) + 1);
				return undefined;
			},
		});
		for (let i = 0; i < 5000; i++) lanes.wake(`host:${i}.example`);
		await until(() => runs.size === 5000);
		await lanes.idle();
		t.true([...runs.values()].every((count) => count === 1));
	});

	test(`${name}: stop aborts the signal of runs in flight, waits for them and starts none`, async (t) => {
		const started: Lane[] = [];
		let finished = 0;
		const lanes = await start(t, {
			concurrency: 1,
			async handler(lane, signal) {
				started.push(lane);
				await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
				await soon();
				finished++;
				return Date.now();
			},
		});
		lanes.wake("one");
		lanes.wake("two");
		lanes.wake("later", Date.now() + 10);
		await until(() => started.length === 1);
		lanes.wake("one");
		await lanes.stop();
		t.is(finished, 1);
		lanes.wake("three");
		await lanes.idle();
		await afterOthers(t, start, 20);
		t.deepEqual(started, ["one"]);
		await lanes.stop();
	});

	test(`${name}: a kind of lane with its own concurrency neither waits for other kinds nor delays them`, async (t) => {
		const { started, highest, release, handler } = gate();
		const lanes = await start(t, { handler, concurrency: 2, pools: { plan: 1 } });
		for (const lane of ["deliver:a", "deliver:b", "deliver:c", "plan:a", "plan:b"]) lanes.wake(lane);
		await until(() => started.length === 3);
		t.deepEqual([...started].sort(), ["deliver:a", "deliver:b", "plan:a"]);
		while (started.length < 5) {
			release();
			await soon();
		}
		t.deepEqual([...started].sort(), ["deliver:a", "deliver:b", "deliver:c", "plan:a", "plan:b"]);
		for (let n = 0; n < 5; n++) release();
		await lanes.idle();
		t.deepEqual(Object.fromEntries(highest), { deliver: 2, plan: 1 });
	});
}
