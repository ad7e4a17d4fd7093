import type { TestFn } from "ava";
import { afterOthers, type StartLanes, until } from "./lane-runs.ts";

/** The part of the contract of the Lanes port that is about runs at a later time: delayed wakes and retries. */
export function laterRunsContract(test: TestFn, name: string, start: StartLanes): void {
	test(`${name}: a delayed wake does not run early, and lanes count as idle until then`, async (t) => {
		const runs: number[] = [];
		const lanes = await start(t, { concurrency: 1, handler: async () => void runs.push(Date.now()) });
		const due = Date.now() + 150;
		lanes.wake("one", due);
		await lanes.idle();
		t.is(runs.length, 0);
		await until(() => runs.length === 1);
		t.true((runs[0] ?? 0) >= due);
	});

	test(`${name}: the earliest of several delayed wakes is kept, and an immediate wake runs immediately`, async (t) => {
		const runs: number[] = [];
		const lanes = await start(t, { concurrency: 1, handler: async () => void runs.push(Date.now()) });
		const begun = Date.now();
		lanes.wake("one", begun + 600_000);
		lanes.wake("one", begun + 60);
		lanes.wake("one", begun + 300_000);
		await until(() => runs.length === 1);
		lanes.wake("one", begun + 600_000);
		lanes.wake("one");
		await until(() => runs.length === 2);
		await lanes.idle();
		t.is(runs.length, 2);
	});

	test(`${name}: a handler that asks to run again later is run again at that time`, async (t) => {
		const runs: number[] = [];
		const lanes = await start(t, {
			concurrency: 1,
			async handler() {
				runs.push(Date.now());
				return runs.length < 3 ? Date.now() + 40 : undefined;
			},
		});
		lanes.wake("one");
		await until(() => runs.length === 3);
		await lanes.idle();
		await afterOthers(t, start, 50);
		t.is(runs.length, 3);
		t.true((runs[2] ?? 0) - (runs[0] ?? 0) >= 80);
	});

	test(`${name}: a failing run is logged and retried with growing delays, and stops no other lane`, async (t) => {
		const errors: object[] = [];
		const tries: number[] = [];
		let others = 0;
		const lanes = await start(t, {
			concurrency: 1,
			backOff: { first: 20, most: 50 },
			onError: (details) => errors.push(details),
			async handler(lane) {
				if (lane !== "bad") return void others++;
				tries.push(Date.now());
				if (tries.length < 5) throw new Error("no");
				return undefined;
			},
		});
		lanes.wake("bad");
		lanes.wake("good");
		await until(() => others === 1);
		await until(() => tries.length === 5);
		await lanes.idle();
		t.is(errors.length, 4);
		t.like(errors[0], { lane: "bad" });
		const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
		for (const [index, least] of [20, 40, 50, 50].entries()) t.true((gaps[index] ?? 0) >= least, `gap ${index}`);
	});

	test(`${name}: wakes do not make a failing lane retry more often`, async (t) => {
		let tries = 0;
		let others = 0;
		const lanes = await start(t, {
			concurrency: 1,
			backOff: { first: 600_000, most: 600_000 },
			async handler(lane) {
				if (lane === "good") return void others++;
				tries++;
				throw new Error("no");
			},
		});
		lanes.wake("bad");
		await until(() => tries === 1);
		await lanes.idle();
		for (let i = 0; i < 10; i++) lanes.wake("bad", i % 2 === 0 ? undefined : Date.now() + 1);
		lanes.wake("good", Date.now() + 2);
		await until(() => others === 1);
		t.is(tries, 1);
	});
}
