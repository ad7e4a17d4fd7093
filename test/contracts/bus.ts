import type { ExecutionContext, TestFn } from "ava";
import type { Bus } from "#core/ports/bus.ts";

/** Opens a bus for a test, whose teardown closes it. */
export type StartBus = (t: ExecutionContext) => Promise<Bus>;

async function until(done: () => boolean): Promise<void> {
	while (!done()) await new Promise((turn) => setTimeout(turn, 2));
}

/** The tests of the Bus port, for any backend. */
export function busContract(test: TestFn, name: string, start: StartBus): void {
	test(`${name}: each subscriber receives all publications in order`, async (t) => {
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

	test(`${name}: listeners are called only after the publication has returned`, async (t) => {
		const bus = await start(t);
		let received = 0;
		bus.subscribe(() => void received++);
		bus.publish("chn_1", 1);
		t.is(received, 0);
		await until(() => received === 1);
		t.pass();
	});

	test(`${name}: an unsubscribed listener receives nothing, and others still do`, async (t) => {
		const bus = await start(t);
		const unsubscribed: number[] = [];
		const subscribed: number[] = [];
		const listener = (_stream: string, seq: number) => void unsubscribed.push(seq);
		const unsubscribe = bus.subscribe(listener);
		bus.subscribe((_stream, seq) => void subscribed.push(seq));
		bus.publish("chn_1", 1);
		await until(() => subscribed.length === 1);
		unsubscribe();
		unsubscribe();
		bus.publish("chn_1", 2);
		await until(() => subscribed.length === 2);
		t.deepEqual(unsubscribed, [1]);
	});

	test(`${name}: thousands of listeners can subscribe`, async (t) => {
		const bus = await start(t);
		let received = 0;
		for (let i = 0; i < 2000; i++) bus.subscribe(() => void received++);
		bus.publish("chn_1", 1);
		await until(() => received === 2000);
		t.pass();
	});

	test(`${name}: publishing on a closed bus has no effect and throws no error`, async (t) => {
		const bus = await start(t);
		let received = 0;
		bus.subscribe(() => void received++);
		await bus.close();
		bus.publish("chn_1", 1);
		await new Promise((turn) => setTimeout(turn, 20));
		t.is(received, 0);
		await bus.close();
	});
}
