import test, { type ExecutionContext } from "ava";
import { deliveries, deliveryLane } from "#core/bridging/outgoing/delivery.ts";
import { createLaneHolds, laneRecords } from "#core/events/lane-holds.ts";
import { changeProfile } from "#core/groups/change-profile.ts";
import type { Account } from "#core/model/account.ts";
import type { Delivery, DeliveryResult } from "#core/ports/bridge/delivery.ts";
import { openCore } from "../../../support/core.ts";
import { createFakeBridge } from "../../../support/fake-bridge.ts";
import { seededRandom } from "../../../support/random.ts";
import { until } from "../../../support/wait.ts";

const down: DeliveryResult = { status: "retry", reason: "no answer", lane: true };

/** An attempt that a test has to answer. */
interface Attempt {
	readonly text: string;
	readonly by: string;
	answer(result?: DeliveryResult): void;
}

/**
 * Bob's host, where several accounts are followed. Its answers are given by the test.
 *
 * @param atOnce how many deliveries to one host the network makes at a time
 */
async function open(t: ExecutionContext, handles: readonly string[], atOnce?: number) {
	const base = createFakeBridge("fedi");
	const asked: Attempt[] = [];
	let isOpen = true;
	let inFlight = 0;
	const seen = { most: 0, sent: 0 };
	const fedi = {
		...base,
		capabilities: { ...base.capabilities, ...(atOnce === undefined ? {} : { atOnce }) },
		async deliver(delivery: Delivery, signal: AbortSignal): Promise<DeliveryResult> {
			if (isOpen) return base.deliver(delivery, signal);
			const { promise, resolve } = Promise.withResolvers<DeliveryResult>();
			const text = delivery.kind === "message" ? delivery.subject.message.content.text : delivery.kind;
			asked.push({ text, by: delivery.actor.handle, answer: (result = { status: "delivered" }) => resolve(result) });
			seen.sent++;
			seen.most = Math.max(seen.most, ++inFlight);
			return promise.finally(() => inFlight--);
		},
	};
	const core = await openCore(t, [fedi]);
	const bob = base.person("bob");
	const lane = deliveryLane(bob.reach?.lane ?? "");
	const people: Account[] = [];
	for (const handle of handles) {
		const account = await core.person(handle);
		people.push(account);
		const target = { kind: "account", account: account.id } as const;
		await core.incoming.receive(base.name, [
			{ kind: "join", id: `${bob.id}#follows-${handle}`, sender: bob, raw: {}, target },
		]);
	}
	await core.settled();
	isOpen = false;
	const post = async (account: Account, text: string) => core.post(account, await core.timeline(account), text);
	const attempts = (count: number) => until(`${count} attempts`, () => asked.length >= count);
	const left = () => core.context.store.count(deliveries, "lane", [bob.reach?.lane ?? ""]);
	t.teardown(() => {
		for (const { answer } of asked) answer();
	});
	return { core, people, lane, asked, seen, post, attempts, left, bob };
}

/** Posts before anything is delivered: the lane is paused meanwhile. */
async function backlog({ core, lane }: Awaited<ReturnType<typeof open>>, post: () => Promise<unknown>) {
	const hold = await createLaneHolds(core.context).take(lane);
	const now = core.clock.now();
	await hold.setTrouble({ failures: 20, notBefore: now + 3_600_000, since: now, reason: "a test" });
	await post();
	await core.settled();
	await (await createLaneHolds(core.context).take(lane)).setTrouble(undefined);
	core.lanes.wake(lane);
}

test("two channels are delivered to one host side by side, a third waits for one of them, and each keeps its order", async (t) => {
	const scene = await open(t, ["ann", "ben", "cat"], 2);
	const { people, asked, seen, post, attempts } = scene;
	await backlog(scene, async () => {
		for (const n of [1, 2])
			for (const person of people) {
				scene.core.clock.time++;
				await post(person, `${person.handle} ${n}`);
			}
	});
	await attempts(2);
	t.deepEqual(asked.map(({ text }) => text).toSorted(), ["ann 1", "ben 1"]);
	asked.find(({ by }) => by === "ben")?.answer();
	await attempts(3);
	asked.find(({ text }) => text === "ben 2")?.answer();
	await attempts(4);
	t.is(asked.at(-1)?.text, "cat 1");
	for (let n = 0; n < 6; n++) {
		await attempts(Math.min(n + 1, 6));
		for (const { answer } of asked) answer();
	}
	await attempts(6);
	for (const { answer } of asked) answer();
	await scene.core.settled();
	for (const { handle } of people)
		t.deepEqual(
			asked.filter(({ by }) => by === handle).map(({ text }) => text),
			[`${handle} 1`, `${handle} 2`],
		);
	t.is(seen.most, 2);
	t.is(await scene.left(), 0);
});

test("a network that does not say otherwise gets one delivery of a lane at a time, in the order of the lane", async (t) => {
	const scene = await open(t, ["ann", "ben"]);
	const { core, people, asked, seen, post, attempts } = scene;
	const all: string[] = [];
	await backlog(scene, async () => {
		for (const n of [1, 2, 3])
			for (const person of people) {
				core.clock.time++;
				all.push(`${person.handle} ${n}`);
				await post(person, `${person.handle} ${n}`);
			}
	});
	for (let n = 1; n <= 6; n++) {
		await attempts(n);
		asked[n - 1]?.answer();
	}
	await core.settled();
	t.deepEqual(
		asked.map(({ text }) => text),
		all,
	);
	t.is(seen.most, 1);
});

test("what happens to an account neither overtakes what was said before it nor is overtaken", async (t) => {
	const scene = await open(t, ["ann", "ben"], 2);
	const { core, people, asked, post, attempts } = scene;
	const [ann, ben] = people as [Account, Account];
	await backlog(scene, async () => {
		await post(ben, "before");
		core.clock.time++;
		await changeProfile(core.context, ann, { displayName: "Anna" });
		core.clock.time++;
		await post(ben, "after");
		await post(ann, "after");
	});
	for (const expected of [["before"], ["before", "profile"]]) {
		await attempts(expected.length);
		t.deepEqual(
			asked.map(({ text }) => text),
			expected,
		);
		asked.at(-1)?.answer();
	}
	await attempts(4);
	for (const { answer } of asked) answer();
	await core.settled();
	t.deepEqual(
		asked.map(({ text }) => text),
		["before", "profile", "after", "after"],
	);
});

test("a crash can repeat two deliveries at most: no third is sent before one of two is removed durably", async (t) => {
	const scene = await open(t, ["ann"], 2);
	const { core, people, asked, seen, post, attempts } = scene;
	const { store } = core.context;
	const held = Promise.withResolvers<void>();
	const remove = store.delete.bind(store);
	const removed: string[] = [];
	await backlog(scene, async () => {
		for (const n of [1, 2, 3, 4]) await post(people[0] as Account, `${n}`);
		store.delete = async (collection, id, rev) => {
			if (collection.name === deliveries.name) removed.push(id);
			await held.promise;
			return remove(collection, id, rev);
		};
	});
	await attempts(1);
	asked[0]?.answer();
	await attempts(2);
	asked[1]?.answer();
	// What is posted now is planned and would be sent, if the lane went on.
	await post(people[0] as Account, "5");
	await until("it is planned", async () => (await scene.left()) === 5);
	t.is(seen.sent, 2);
	t.deepEqual(removed.length, 1);
	held.resolve();
	for (const n of [3, 4, 5]) {
		await attempts(n);
		asked[n - 1]?.answer();
	}
	await core.settled();
	t.deepEqual(
		asked.map(({ text }) => text),
		["1", "2", "3", "4", "5"],
	);
	t.is(await scene.left(), 0);
});

test("a process that loses the lane removes nothing, and begins no further delivery", async (t) => {
	const scene = await open(t, ["ann", "ben"], 2);
	const { core, people, lane, asked, seen, post, attempts } = scene;
	await backlog(scene, async () => {
		for (const person of people) for (const n of [1, 2, 3]) await post(person, `${n}`);
	});
	await attempts(2);
	await createLaneHolds(core.context).take(lane);
	for (const { answer } of asked.slice(0, 2)) answer();
	await core.settled();
	t.is(await scene.left(), 6);
	t.true(seen.sent <= 4, `${seen.sent} were sent`);
});

test("when a host fails, deliveries in flight end, none begins, and the host has failed once", async (t) => {
	const scene = await open(t, ["ann", "ben"], 2);
	const { core, people, lane, asked, seen, post, attempts } = scene;
	await backlog(scene, async () => {
		for (const person of people) for (const n of [1, 2]) await post(person, `${n}`);
	});
	await attempts(2);
	asked[0]?.answer(down);
	asked[1]?.answer(down);
	await core.settled();
	t.is(seen.sent, 2);
	t.is((await core.context.store.get(laneRecords, lane))?.doc.trouble?.failures, 1);
	t.is(await scene.left(), 4);
	// A host that was down is tried with one delivery.
	core.clock.time += 2_000;
	core.lanes.wake(lane);
	await attempts(3);
	asked[2]?.answer(down);
	await core.settled();
	t.is(seen.sent, 3);
	t.is((await core.context.store.get(laneRecords, lane))?.doc.trouble?.failures, 2);
});

test("whatever fails, every channel arrives once and in order, and two deliveries are in flight at most", async (t) => {
	const random = seededRandom();
	t.log(`seed ${random.seed}: CAUSEWAY_TEST_SEED=${random.seed} makes the same choices`);
	const handles = ["ann", "ben", "cat", "dan", "eve"];
	const scene = await open(t, handles, 2);
	const { core, people, lane, asked, seen, post } = scene;
	const counts = new Map(handles.map((handle) => [handle, 0]));
	await backlog(scene, async () => {
		for (let n = 0; n < 120; n++) {
			const person = people[random.integer(0, people.length - 1)] as Account;
			const count = (counts.get(person.handle) ?? 0) + 1;
			counts.set(person.handle, count);
			if (random.integer(0, 3) === 0) core.clock.time++;
			await post(person, String(count));
		}
	});
	const arrived: { readonly by: string; readonly text: string }[] = [];
	const results: readonly DeliveryResult[] = [
		down,
		{ status: "retry", reason: "HTTP 500" },
		{ status: "retry", reason: "HTTP 429", lane: true, afterMs: 5_000 },
	];
	await until("all has arrived", async () => {
		for (const { by, text, answer } of asked.splice(0)) {
			const failure = random.integer(0, 9) === 0 ? results[random.integer(0, 2)] : undefined;
			if (failure === undefined) arrived.push({ by, text });
			answer(failure);
		}
		await new Promise((turn) => setImmediate(turn));
		core.clock.time += 2_000;
		core.lanes.wake(lane);
		return (await scene.left()) === 0;
	});
	for (const handle of handles)
		t.deepEqual(
			arrived.filter(({ by }) => by === handle).map(({ text }) => text),
			Array.from({ length: counts.get(handle) ?? 0 }, (_, n) => String(n + 1)),
		);
	t.true(seen.most <= 2);
});
