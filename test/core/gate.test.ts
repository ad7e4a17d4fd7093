import { setImmediate as turn } from "node:timers/promises";
import test from "ava";
import { Unavailable } from "#core/errors.ts";
import { createGate } from "#core/gate.ts";

/** Work that runs until it is ended. */
function endless(name: string, log: string[]) {
	const { promise, resolve, reject } = Promise.withResolvers<string>();
	const work = async (): Promise<string> => {
		log.push(name);
		return promise;
	};
	return { work, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

test("at most `width` runs are active at once, and the others follow in order of arrival", async (t) => {
	const gate = createGate({ width: 2 });
	const log: string[] = [];
	const all = ["a", "b", "c", "d", "e"].map((name) => endless(name, log));
	const runs = all.map(({ work }) => gate.run(work));
	await turn();
	t.deepEqual(log, ["a", "b"]);
	all[1]?.end();
	await turn();
	t.deepEqual(log, ["a", "b", "c"]);
	for (const { end } of all) end();
	t.deepEqual(await Promise.all(runs), ["a", "b", "c", "d", "e"]);
	t.deepEqual(log, ["a", "b", "c", "d", "e"]);
});

test("failed work frees its slot, and its error is thrown to its caller", async (t) => {
	const gate = createGate({ width: 1 });
	const log: string[] = [];
	const [first, second] = [endless("a", log), endless("b", log)];
	const failing = gate.run(first.work);
	const waiting = gate.run(second.work);
	first.fail();
	second.end();
	await t.throwsAsync(failing, { message: "a" });
	t.is(await waiting, "b");
	t.is(await gate.run(async () => "c"), "c");
});

test("when the queue is full, work is rejected with a Retry-After", async (t) => {
	const gate = createGate({ width: 1, line: 1, retryAfterSeconds: 7, detail: "Too many" });
	const log: string[] = [];
	const [first, second] = [endless("a", log), endless("b", log)];
	const runs = [gate.run(first.work), gate.run(second.work)];
	const error = await t.throwsAsync(
		gate.run(async () => "c"),
		{ instanceOf: Unavailable, message: "Too many" },
	);
	t.is((error as Unavailable).retryAfterSeconds, 7);
	first.end();
	second.end();
	t.deepEqual(await Promise.all(runs), ["a", "b"]);
});

test("a queue without a limit accepts all work", async (t) => {
	const gate = createGate({ width: 3 });
	let running = 0;
	let most = 0;
	const work = async () => {
		most = Math.max(most, ++running);
		await turn();
		running--;
	};
	await Promise.all(Array.from({ length: 200 }, () => gate.run(work)));
	t.is(most, 3);
	t.is(running, 0);
});
