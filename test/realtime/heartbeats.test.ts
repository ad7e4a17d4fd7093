import test from "ava";
import { startHeartbeats } from "../../src/realtime/heartbeats.ts";
import { until } from "../support/wait.ts";

test("every member gets one heartbeat a period, and never more than its share of them at once", async (t) => {
	const beats = new Map<number, number>();
	let total = 0;
	let atOnce = 0;
	let most = 0;
	const heartbeats = startHeartbeats<number>(1000, (member) => {
		beats.set(member, (beats.get(member) ?? 0) + 1);
		total++;
		if (atOnce++ === 0) queueMicrotask(() => ([most, atOnce] = [Math.max(most, atOnce), 0]));
	});
	t.teardown(() => heartbeats.close());
	for (let member = 0; member < 10_000; member++) heartbeats.add(member);
	for (let member = 0; member < 10_000; member += 2) heartbeats.delete(member);
	await until("three periods", () => total >= 15_000);
	t.is(beats.size, 5_000);
	for (const [member, count] of beats) {
		t.is(member % 2, 1);
		t.true(count >= 2 && count <= 4);
	}
	t.true(most <= 1000, `${most} heartbeats at once`);
});

test("a period shorter than a tick has one part", async (t) => {
	const beaten = new Set<string>();
	const heartbeats = startHeartbeats<string>(10, (member) => beaten.add(member));
	t.teardown(() => heartbeats.close());
	heartbeats.add("a");
	heartbeats.add("b");
	await until("both heartbeats", () => beaten.size === 2);
	t.pass();
});
