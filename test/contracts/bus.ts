import type { ExecutionContext, TestFn } from "ava";
import type { Bus } from "#core/ports/bus.ts";

/** Starts a bus for one test; it is closed by the test's teardown. */
export type StartBus = (t: ExecutionContext) => Promise<Bus>;

async function until(done: () => boolean): Promise<void> {
	while (!done()) await new Promise((turn) => setTimeout(turn, 2));
}

/** The contract of the Bus port. */
export function busContract(test: TestFn, name: string, start: StartBus): void {
	test(`${name}: every subscriber is called, in the order of the publications`, async (t) => {
		const bus = await start(t);
		const first: string[] = [];
		const second: string[] = [];
		bus.subscribe((stream, seq) => void first.push(`${stream}/${seq}`));
		bus.subscribe((stream, seq) => void second.push(`${stream}/${seq}`));
		for (let seq = 1; seq <= 100; seq++) bus.publish(`chn_${seq % 3}`, seq);
		await until(() => first.length === 100 && second.length === 100);
		t.deepEqual(
			first,
			Array.from({ length: 100 }, (_, i) => `chn_${(i + 1) % 3}/${i + 1}`),
		);
		t.deepEqual(second, first);
	});

	test(`${name}: a publication never calls a listener before it returns`, async (t) => {
		const bus = await start(t);
		let calls = 0;
		bus.subscribe(() => void calls++);
		bus.publish("chn_1", 1);
		t.is(calls, 0);
		await until(() => calls === 1);
		t.pass();
	});

	test(`${name}: a listener that has unsubscribed is no longer called, and others are`, async (t) => {
		const bus = await start(t);
		const gone: number[] = [];
		const here: number[] = [];
		const listener = (_stream: string, seq: number) => void gone.push(seq);
		const unsubscribe = bus.subscribe(listener);
		bus.subscribe((_stream, seq) => void here.push(seq));
		bus.publish("chn_1", 1);
		await until(() => here.length === 1);
		unsubscribe();
		unsubscribe();
		bus.publish("chn_1", 2);
		await until(() => here.length === 2);
		t.deepEqual(gone, [1]);
	});

	test(`${name}: thousands of listeners can subscribe`, async (t) => {
		const bus = await start(t);
		let calls = 0;
		for (let i = 0; i < 2000; i++) bus.subscribe(() => void calls++);
		bus.publish("chn_1", 1);
		await until(() => calls === 2000);
		t.pass();
	});

	test(`${name}: a closed bus calls no listener and ignores publications`, async (t) => {
		const bus = await start(t);
		let calls = 0;
		bus.subscribe(() => void calls++);
		await bus.close();
		bus.publish("chn_1", 1);
		const open = await start(t);
		let later = 0;
		open.subscribe(() => void later++);
		open.publish("chn_1", 2);
		await until(() => later === 1);
		t.is(calls, 0);
		await bus.close();
	});
}
