import test, { type ExecutionContext } from "ava";
import { expireDeadLetters, listDeadLetters } from "#core/bridging/outgoing/dead-letters.ts";
import { deliveries, deliveryLane } from "#core/bridging/outgoing/delivery.ts";
import { laneRecords, sleepingLanes } from "#core/events/lane-holds.ts";
import { createPausedLanes } from "#core/events/paused-lanes.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import type { Message } from "#core/model/message.ts";
import type { DeliveryResult } from "#core/ports/bridge/delivery.ts";
import { openCore } from "../../../support/core.ts";
import { createFakeBridge } from "../../../support/fake-bridge.ts";
import { until } from "../../../support/wait.ts";

const hour = 3_600_000;
const day = 24 * hour;
const results = {
	"does not answer": { status: "retry", reason: "no answer", lane: true },
	"answers every request with 502": { status: "retry", reason: "HTTP 502" },
	"asks for patience for ever": { status: "retry", reason: "HTTP 503", lane: true, afterMs: 2 * hour },
} as const satisfies Record<string, DeliveryResult>;

/** Bob's host, which fails from now on, and carol's, which works. Both follow jane. */
async function open(t: ExecutionContext, failure: DeliveryResult = results["does not answer"]) {
	const base = createFakeBridge("fedi");
	const outcomes: string[] = [];
	const tried: number[] = [];
	const state = { answer: failure as DeliveryResult | undefined };
	const [bob, carol] = [base.person("bob", "dead.test"), base.person("carol", "alive.test")];
	const fedi = {
		...base,
		deliver: async (...[delivery, signal]: Parameters<typeof base.deliver>): Promise<DeliveryResult> => {
			if (delivery.kind === "answer" || delivery.reach.target !== bob.reach?.target)
				return base.deliver(delivery, signal);
			tried.push(core.clock.time);
			return state.answer ?? base.deliver(delivery, signal);
		},
	};
	const core = await openCore(t, [fedi], {}, { onOutcome: (_, status) => outcomes.push(status) });
	const jane = await core.person("jane");
	for (const sender of [bob, carol])
		await core.incoming.receive(base.name, [
			{ kind: "join", id: `${sender.id}#f`, sender, raw: {}, target: { kind: "account", account: jane.id } },
		]);
	await core.settled();
	base.delivered.length = 0;
	const lane = deliveryLane(bob.reach?.lane ?? "");
	const timeline = await core.timeline(jane);
	let n = 0;
	const post = async (): Promise<Message> => {
		const message = await core.post(jane, timeline, `memo ${++n}`);
		await core.settled();
		return message;
	};
	/** Lets time pass in steps, as the sweeper does; a memo is posted every six hours if `busy`. */
	const pass = async (ms: number, { busy = true } = {}) => {
		for (let passed = 0; passed < ms; passed += hour / 2) {
			core.clock.time += hour / 2;
			if (busy && passed % (6 * hour) === 0) await post();
			core.lanes.wake(lane);
			await core.settled();
		}
	};
	const trouble = async () => (await core.context.store.get(laneRecords, lane))?.doc.trouble;
	const rows = () => core.context.store.count(deliveries, "lane", [bob.reach?.lane ?? ""]);
	const textsAt = (host: string) =>
		base.delivered.flatMap((delivery) =>
			!delivery.reach.target.includes(host)
				? []
				: [delivery.kind === "message" ? delivery.subject.message.content.text : delivery.kind],
		);
	return { core, base, jane, timeline, bob, lane, state, tried, outcomes, post, pass, trouble, rows, textsAt };
}

for (const [what, failure] of Object.entries(results))
	test(`a host that ${what} sleeps after seven days: it is tried once a day, and nothing is kept for it`, async (t) => {
		const scene = await open(t, failure);
		await scene.pass(6.5 * day);
		t.is((await scene.trouble())?.asleep, undefined);
		await scene.pass(day);
		t.is((await scene.trouble())?.asleep, scene.lane);
		const asleep: string[] = [];
		for await (const { lane } of sleepingLanes(scene.core.context)) asleep.push(lane);
		t.deepEqual(asleep, [scene.lane]);
		const dead = (await listDeadLetters(scene.core.context, { limit: 1000 })).length;
		scene.tried.length = 0;
		await scene.pass(10 * day);
		t.true(scene.tried.length >= 9 && scene.tried.length <= 11, `${scene.tried.length} attempts in ten days`);
		t.is(await scene.rows(), 0);
		t.is((await listDeadLetters(scene.core.context, { limit: 1000 })).length, dead, "no more dead letters");
		const dropped = scene.outcomes.filter((status) => status === "dropped").length;
		t.true(dropped > 30, `${dropped} were counted as dropped`);
		await scene.pass(day);
		t.true(((await scene.trouble())?.dropped ?? 0) > 30);
		t.is(scene.textsAt("alive.test").length, 18.5 * 4);
	});

test("a sleeping host that accepts what it is tried with is served again", async (t) => {
	const { state, pass, trouble, textsAt, post } = await open(t);
	await pass(8 * day);
	t.truthy((await trouble())?.asleep);
	state.answer = undefined;
	await pass(1.5 * day);
	t.is(await trouble(), undefined);
	const before = textsAt("dead.test").length;
	const { content } = await post();
	t.is(textsAt("dead.test").at(-1), content.text);
	t.is(textsAt("dead.test").length, before + 1);
});

test("a sleeping host that sends something is served at once, even after a restart", async (t) => {
	const { core, base, bob, lane, state, pass, trouble, textsAt, post } = await open(t);
	await pass(8 * day);
	state.answer = undefined;
	// What another process knows after its start.
	const restarted = createPausedLanes(core.context);
	await restarted.load();
	t.true(restarted.isAsleep(lane));
	t.false(restarted.isAsleep("deliver:fedi:alive.test"));
	await core.incoming.receive(base.name, [{ kind: "profile", id: "p1", sender: bob, raw: {} }]);
	await until("it is awake", async () => (await trouble())?.asleep === undefined);
	const { content } = await post();
	t.deepEqual(textsAt("dead.test"), [content.text]);
	t.is(await trouble(), undefined);
});

test("a host that wakes up and takes nothing has seven days again", async (t) => {
	const { core, base, bob, tried, pass, trouble } = await open(t);
	await pass(8 * day);
	await core.incoming.receive(base.name, [{ kind: "profile", id: "p1", sender: bob, raw: {} }]);
	await until("it is awake", async () => (await trouble())?.asleep === undefined);
	tried.length = 0;
	await pass(6 * day);
	t.is((await trouble())?.asleep, undefined);
	t.true(tried.length > 50, `${tried.length} attempts`);
	await pass(1.5 * day);
	t.truthy((await trouble())?.asleep);
});

test("what is deleted while a host sleeps is deleted there when it wakes up, unless that is too long ago", async (t) => {
	const { core, jane, timeline, state, pass, post, rows, textsAt } = await open(t);
	state.answer = undefined;
	const [first, second] = [await post(), await post()];
	state.answer = results["does not answer"];
	await pass(8 * day);
	await deleteMessage(core.context, jane, timeline, first);
	await core.settled();
	t.is(await rows(), 1);
	await pass(31 * day, { busy: false });
	t.is(await rows(), 0, "it is not kept for ever");
	await deleteMessage(core.context, jane, timeline, second);
	await core.settled();
	await pass(2 * day);
	state.answer = undefined;
	await pass(day, { busy: false });
	t.is(textsAt("dead.test").filter((what) => what === "removal").length, 1);
	t.is(await rows(), 0);
});

test("a host that is written to seldom does not fall asleep because of one failure", async (t) => {
	const { core, state, pass, post, trouble, textsAt, lane } = await open(t);
	await post();
	await pass(5 * day, { busy: false });
	await pass(5 * day, { busy: false });
	// Nothing waits any more, and nothing was tried for days.
	await post();
	t.is((await trouble())?.asleep, undefined);
	state.answer = undefined;
	core.clock.time += 2 * hour;
	core.lanes.wake(lane);
	await core.settled();
	t.deepEqual(textsAt("dead.test"), ["memo 2"]);
});

test("dead letters expire", async (t) => {
	const { core, pass } = await open(t);
	await pass(6 * day);
	const count = async () => (await listDeadLetters(core.context, { limit: 1000 })).length;
	const before = await count();
	t.true(before > 4);
	t.is(await expireDeadLetters(core.context, 30 * day), 0);
	core.clock.time += 29 * day;
	const expired = await expireDeadLetters(core.context, 30 * day);
	t.true(expired > 0 && expired < before, `${expired} of ${before}`);
	core.clock.time += 3 * day;
	await expireDeadLetters(core.context, 30 * day);
	t.is(await count(), 0);
});
