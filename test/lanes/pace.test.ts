import { setImmediate as nextTurn } from "node:timers/promises";
import test from "ava";
import { createPace } from "../../src/lanes/pace.ts";

test("at most the given number begin in one turn of the event loop, in order", async (t) => {
	const begin = createPace(3);
	const begun: number[] = [];
	const all = Promise.all(Array.from({ length: 8 }, (_, n) => begin().then(() => begun.push(n))));
	await Promise.resolve();
	await Promise.resolve();
	t.deepEqual(begun, [0, 1, 2]);
	const counts: number[] = [];
	while (begun.length < 8) {
		counts.push(begun.length);
		await nextTurn();
	}
	t.true(counts.includes(6), `begun after each turn: ${counts.join(", ")}`);
	await all;
	t.deepEqual(begun, [0, 1, 2, 3, 4, 5, 6, 7]);
});

test("after a pause, the next one begins at once", async (t) => {
	const begin = createPace(1);
	await begin();
	await begin();
	await nextTurn();
	await nextTurn();
	await nextTurn();
	let begun = false;
	void begin().then(() => {
		begun = true;
	});
	await Promise.resolve();
	await Promise.resolve();
	t.true(begun);
});
