import test, { type ExecutionContext } from "ava";
import { deliveryLane } from "#core/bridging/outgoing/delivery.ts";
import { type LaneTrouble, laneRecords } from "#core/events/lane-holds.ts";
import { createPausedLanes } from "#core/events/paused-lanes.ts";
import type { DeliveryResult } from "#core/ports/bridge/delivery.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";
import { until } from "../../support/wait.ts";

const down: DeliveryResult = { status: "retry", reason: "no answer", lane: true };

/** People of two hosts follow jane; `answer` is how their hosts take what is delivered. */
async function open(t: ExecutionContext) {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const timeline = await core.timeline(jane);
	const people = [fedi.person("ann", "a.test"), fedi.person("ben", "b.test")];
	for (const sender of people)
		await core.incoming.receive(fedi.name, [
			{ kind: "join", id: `${sender.id}#f`, sender, raw: {}, target: { kind: "account", account: jane.id } },
		]);
	await core.settled();
	const hosts: Record<string, DeliveryResult> = {};
	const tried: string[] = [];
	Object.assign(fedi, {
		deliver: async ({ reach }: { reach: { target: string } }) => {
			const { host } = new URL(reach.target);
			tried.push(host);
			return hosts[host] ?? { status: "delivered" };
		},
	});
	const hear = (i: number, n: number) =>
		core.incoming.receive(fedi.name, [{ kind: "profile", id: `p${i}-${n}`, sender: people[i]!, raw: {} }]);
	const troubleOf = async (host: string): Promise<LaneTrouble | undefined> => {
		const lane = people.find(({ id }) => id.includes(host))?.reach?.lane ?? "";
		return (await core.context.store.get(laneRecords, deliveryLane(lane)))?.doc.trouble;
	};
	return { core, jane, timeline, hosts, tried, hear, troubleOf };
}

test("what a host sends ends the pause of its lane and of no other, and what waited for it is delivered at once", async (t) => {
	const { core, jane, timeline, hosts, tried, hear, troubleOf } = await open(t);
	for (const host of ["a.test", "b.test"]) hosts[host] = down;
	await core.post(jane, timeline, "one");
	await core.settled();
	t.truthy(await troubleOf("a.test"));
	t.truthy(await troubleOf("b.test"));
	for (const host of ["a.test", "b.test"]) delete hosts[host];
	tried.length = 0;
	await hear(0, 1);
	await until("the lane is tried", () => tried.length > 0);
	await core.settled();
	t.deepEqual(tried, ["a.test"]);
	t.is(await troubleOf("a.test"), undefined);
	t.truthy(await troubleOf("b.test"));
});

test("a host that sends but takes nothing is not tried with everything that it sends, and its failures go on being counted", async (t) => {
	const { core, jane, timeline, hosts, tried, hear, troubleOf } = await open(t);
	hosts["a.test"] = down;
	await core.post(jane, timeline, "one");
	await core.settled();
	tried.length = 0;
	for (let n = 0; n < 50; n++) {
		await hear(0, n);
		await core.settled();
	}
	await until("the lane is tried", () => tried.length > 0);
	await core.settled();
	t.is(tried.length, 1);
	t.is((await troubleOf("a.test"))?.failures, 2);
	core.clock.time += 10_001;
	await hear(0, 51);
	await until("the lane is tried again", () => tried.length === 2);
	await core.settled();
	t.true(((await troubleOf("a.test"))?.failures ?? 0) >= 3);
});

test("a pause that the host has asked for is not ended by what it sends", async (t) => {
	const { core, jane, timeline, hosts, tried, hear, troubleOf } = await open(t);
	hosts["a.test"] = { ...down, afterMs: 600_000 } as DeliveryResult;
	await core.post(jane, timeline, "one");
	await core.settled();
	tried.length = 0;
	await hear(0, 1);
	// The other host is tried with a post, which comes after.
	await core.post(jane, timeline, "two");
	await until("the other host is tried", () => tried.includes("b.test"));
	await core.settled();
	t.deepEqual(tried, ["b.test"]);
	t.true(((await troubleOf("a.test"))?.notBefore ?? 0) > core.clock.now() + 500_000);
});

test("a network whose lanes have one host behind them resumes all of them, and those of no other network", async (t) => {
	const { core } = await open(t);
	const { store, clock } = core.context;
	const lanes = ["deliver:rooms:!a", "deliver:rooms:!b bulk", "deliver:other:!a"];
	const trouble = { failures: 3, notBefore: clock.now() + 60_000, since: clock.now(), reason: "no answer" };
	const pausedLanes = createPausedLanes(core.context);
	const woken: string[] = [];
	pausedLanes.wakeIn({ wake: (lane) => woken.push(lane) });
	for (const lane of lanes) {
		await store.insert(laneRecords, lane, { epoch: 1, trouble });
		pausedLanes.note(lane, trouble);
	}
	pausedLanes.heardFromAll("deliver:rooms:");
	await until("two lanes are woken", () => woken.length === 2);
	t.deepEqual(woken.toSorted(), lanes.slice(0, 2));
	t.like((await store.get(laneRecords, lanes[0]!))?.doc.trouble, { failures: 3, notBefore: clock.now() });
	t.like((await store.get(laneRecords, lanes[2]!))?.doc.trouble, trouble);
	pausedLanes.note(lanes[2]!, undefined);
	pausedLanes.heardFromAll("deliver:other:");
	pausedLanes.heardFrom("deliver:unknown");
	t.is(woken.length, 2);
});

for (const { others, isTried } of [
	{ others: 10, isTried: true },
	{ others: 9, isTried: false },
])
	test(`when one of ${others + 1} hosts that went down together is back, the others are${isTried ? "" : " not"} tried at once`, async (t) => {
		const { core } = await open(t);
		const { store, clock } = core.context;
		const pausedLanes = createPausedLanes(core.context);
		const woken: string[] = [];
		pausedLanes.wakeIn({ wake: (lane) => woken.push(lane) });
		const since = clock.now() - 3_600_000;
		const waits = { failures: 13, notBefore: clock.now() + 1_800_000, reason: "no answer" };
		const down = Array.from({ length: others }, (_, n) => `deliver:down${n}`);
		const troubles: Record<string, LaneTrouble> = {
			"deliver:back": { ...waits, since },
			...Object.fromEntries(
				down.map((lane, n) => [lane, { ...waits, since: since + (n % 2 === 0 ? 30_000 : -30_000) }]),
			),
			"deliver:earlier": { ...waits, since: since - 600_000 },
			"deliver:asked": { ...waits, since, asked: true },
			"deliver:asleep": { ...waits, since, asleep: "deliver:asleep" },
		};
		for (const [lane, trouble] of Object.entries(troubles)) {
			await store.insert(laneRecords, lane, { epoch: 1, trouble });
			pausedLanes.note(lane, trouble);
		}
		pausedLanes.note("deliver:back", undefined);
		// What is heard of comes after.
		pausedLanes.heardFrom("deliver:earlier");
		await until("it is woken", () => woken.includes("deliver:earlier"));
		t.deepEqual(woken.toSorted(), [...(isTried ? down : []), "deliver:earlier"].toSorted());
		t.like((await store.get(laneRecords, "deliver:asleep"))?.doc.trouble, troubles["deliver:asleep"] ?? {});
	});
