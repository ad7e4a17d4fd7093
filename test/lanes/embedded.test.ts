import test from "ava";
import { systemClock } from "#core/clock.ts";
import { createEmbeddedLanes } from "../../src/lanes/embedded.ts";
import { lanesContract } from "../contracts/lanes.ts";
import { silentLogger as silent } from "../support/silent-logger.ts";

lanesContract(test, "embedded", async (t, { onError, ...options }) => {
	const logger = { ...silent, error: (details: object) => onError?.(details) };
	const lanes = createEmbeddedLanes({ ...options, clock: systemClock, logger });
	t.teardown(() => lanes.stop());
	return lanes;
});

test("aborting the signal stops the lanes", async (t) => {
	const controller = new AbortController();
	let runs = 0;
	const handler = async () => void runs++;
	const options = { handler, concurrency: 1, clock: systemClock, logger: silent };
	const lanes = createEmbeddedLanes({ ...options, signal: controller.signal });
	lanes.wake("one");
	await lanes.idle();
	controller.abort();
	lanes.wake("two");
	await lanes.idle();
	t.is(runs, 1);
	const stopped = createEmbeddedLanes({ ...options, signal: AbortSignal.abort() });
	stopped.wake("three");
	await stopped.idle();
	t.is(runs, 1);
});

test("after a stop, lanes that were woken but have not begun never run", async (t) => {
	let runs = 0;
	const handler = async () => void runs++;
	const lanes = createEmbeddedLanes({ handler, concurrency: 1000, clock: systemClock, logger: silent });
	for (let n = 0; n < 500; n++) lanes.wake(`lane ${n}`);
	await Promise.resolve();
	await lanes.stop();
	t.true(runs < 500, `${runs} ran`);
	await lanes.idle();
	t.true(runs < 500);
});

test("a handler that throws synchronously is handled like one that rejects", async (t) => {
	const errors: object[] = [];
	const lanes = createEmbeddedLanes({
		handler: () => {
			throw new Error("at once");
		},
		concurrency: 1,
		clock: systemClock,
		logger: { ...silent, error: (details: object) => void errors.push(details) },
	});
	lanes.wake("one");
	await lanes.idle();
	t.is(errors.length, 1);
	await lanes.stop();
});

for (const { what, back } of [
	{ what: "an hour", back: 3_600_000 },
	{ what: "a year", back: 365 * 86_400_000 },
])
	test(`a lane that waits runs no later because the clock is set back by ${what}`, async (t) => {
		const clock = { time: 1_800_000_000_000, now: () => clock.time };
		const ran = Promise.withResolvers<void>();
		const handler = async (): Promise<undefined> => ran.resolve() as undefined;
		const lanes = createEmbeddedLanes({ handler, concurrency: 1, clock, logger: silent });
		lanes.wake("one", clock.time + 20);
		clock.time -= back;
		await ran.promise;
		await lanes.stop();
		t.pass();
	});

test("a timer that fires before its time by the clock waits for the rest", async (t) => {
	let reads = 0;
	const clock = {
		time: 1000,
		now() {
			reads++;
			return clock.time;
		},
	};
	let runs = 0;
	const lanes = createEmbeddedLanes({ handler: async () => void runs++, concurrency: 1, clock, logger: silent });
	lanes.wake("one", 1010);
	// A timer that fires reads the clock.
	for (const seen = reads; reads === seen; ) await new Promise((turn) => setTimeout(turn, 5));
	await new Promise((turn) => setImmediate(turn));
	t.is(runs, 0);
	clock.time = 1010;
	while (runs === 0) await new Promise((turn) => setTimeout(turn, 5));
	await lanes.stop();
	t.is(runs, 1);
});
