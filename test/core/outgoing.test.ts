import test from "ava";
import { readable } from "#core/access/readable-place.ts";
import { listDeadLetters, replayDeadLetters } from "#core/bridging/outgoing/dead-letters.ts";
import { deliveries, deliveryLane } from "#core/bridging/outgoing/delivery.ts";
import { createOutgoing } from "#core/bridging/outgoing/outgoing.ts";
import { createTargets } from "#core/bridging/outgoing/targets.ts";
import { backOff } from "#core/events/back-off.ts";
import { createLaneHolds, laneRecords } from "#core/events/lane-holds.ts";
import { createConsumer } from "#core/events/run-consumer.ts";
import { memberships } from "#core/groups/membership.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import { editMessage } from "#core/messages/edit-message.ts";
import type { Account } from "#core/model/account.ts";
import type { Delivery, DeliveryResult } from "#core/ports/bridge/delivery.ts";
import type { RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { type Core, openCore } from "../support/core.ts";
import { createFakeBridge, type FakeBridge } from "../support/fake-bridge.ts";

const second = 1000;
const day = 86_400 * second;
const failed: DeliveryResult = { status: "retry", reason: "HTTP 500" };
const missing: DeliveryResult = { status: "retry", reason: "HTTP 404", missing: true };
const down: DeliveryResult = { status: "retry", reason: "no answer", lane: true };

async function follows(core: Core, fedi: FakeBridge, person: RemotePerson, account: Account): Promise<void> {
	const target = { kind: "account", account: account.id } as const;
	await core.incoming.receive(fedi.name, [
		{ kind: "join", id: `${person.id}#follows-${account.id}`, sender: person, raw: {}, target },
	]);
	await core.settled();
	fedi.delivered.length = 0;
}

/** Advances the clock and wakes the lane of a person. */
async function advance(core: Core, person: RemotePerson, ms: number): Promise<void> {
	core.clock.time += ms;
	if (person.reach !== undefined) core.lanes.wake(deliveryLane(person.reach.lane));
	await core.settled();
}

/** The network, with given answers for some inboxes. */
function withInboxes(fedi: FakeBridge, answers: ReadonlyMap<string, DeliveryResult>): FakeBridge {
	return {
		...fedi,
		deliver: async (delivery, signal) => answers.get(delivery.reach.target) ?? fedi.deliver(delivery, signal),
	};
}

const textOf = (delivery: Delivery): string =>
	delivery.kind === "message" ? delivery.subject.message.content.text : delivery.kind;
const texts = ({ delivered }: FakeBridge): readonly string[] => delivered.map(textOf);
const waiting = async ({ context }: Core) =>
	(await context.store.page(deliveries, { order: "asc", limit: 100 })).length;

test("retry delays double from a second to an hour with 20 % jitter, and a given Retry-After is obeyed", (t) => {
	t.deepEqual(
		[1, 2, 3, 12, 13, 40].map((failures) => backOff(failures, undefined, () => 0.5)),
		[1, 2, 4, 2048, 3600, 3600].map((seconds) => seconds * second),
	);
	t.is(
		backOff(3, undefined, () => 0),
		3200,
	);
	t.is(
		backOff(3, undefined, () => 1),
		4800,
	);
	t.is(backOff(9, 30 * second), 30 * second);
	t.is(backOff(1, 365 * day), day);
	let tries = 0;
	for (let at = 0; at < 3 * day; at += backOff(tries, undefined, () => 1)) tries++;
	t.true(tries >= 16);
});

test("a Retry-After of 0 does not cause a busy loop", (t) => {
	t.true(backOff(1, 0) >= second);
	t.true(backOff(1, -5) >= second);
});

test("a failed delivery is retried after a second, and later messages wait for it", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const [jane, bob] = [await core.person("jane"), fedi.person("bob")];
	await follows(core, fedi, bob, jane);
	const timeline = await core.timeline(jane);
	fedi.answers.push(failed);
	await core.post(jane, timeline, "one");
	await core.settled();
	await core.post(jane, timeline, "two");
	await advance(core, bob, 0);
	t.deepEqual(texts(fedi), []);
	await advance(core, bob, 1.3 * second);
	t.deepEqual(texts(fedi), ["one", "two"]);
	t.is(await waiting(core), 0);
});

test("a delivery that keeps failing blocks only its own channel", async (t) => {
	const fedi = createFakeBridge("fedi");
	let poisoned = 5;
	const isPoison = (delivery: Delivery) => textOf(delivery) === "poison" && poisoned-- > 0;
	const bridge: FakeBridge = {
		...fedi,
		deliver: async (d, signal) => (isPoison(d) ? failed : fedi.deliver(d, signal)),
	};
	const core = await openCore(t, [bridge]);
	const [jane, joe, bob] = [await core.person("jane"), await core.person("joe"), fedi.person("bob")];
	await follows(core, fedi, bob, jane);
	await follows(core, fedi, bob, joe);
	await core.post(jane, await core.timeline(jane), "poison");
	await core.post(jane, await core.timeline(jane), "behind it");
	await core.settled();
	core.clock.time += 1;
	await core.post(joe, await core.timeline(joe), "elsewhere");
	await core.settled();
	for (const seconds of [1.3, 2.5]) await advance(core, bob, seconds * second);
	t.deepEqual(texts(fedi), []);
	await advance(core, bob, 5 * second);
	t.deepEqual(texts(fedi), ["elsewhere"]);
	await advance(core, bob, 10 * second);
	t.deepEqual(texts(fedi), ["elsewhere"]);
	await advance(core, bob, 20 * second);
	t.deepEqual(texts(fedi), ["elsewhere", "poison", "behind it"]);
});

test("an inbox that always fails does not delay the other inboxes of its host", async (t) => {
	const base = createFakeBridge("fedi");
	const inboxOf = (name: string) => ({
		...base.person(name),
		reach: { bridge: base.name, target: `https://fedi.test/${name}/inbox`, lane: "fedi:fedi.test" },
	});
	const [bob, ...others] = ["bob", ...Array.from({ length: 40 }, (_, i) => `reader${i}`)].map(inboxOf);
	if (bob === undefined) return t.fail();
	const broken = new Map<string, DeliveryResult>([[bob.reach.target, failed]]);
	const fedi = withInboxes(base, broken);
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	for (const person of [bob, ...others]) await follows(core, base, person, jane);
	const timeline = await core.timeline(jane);
	await core.post(jane, timeline, "one");
	await core.post(jane, timeline, "two");
	for (const seconds of [0, 1.3, 2.5, 5, 10, 20, 40]) await advance(core, bob, seconds * second);
	t.is(texts(base).filter((text) => text === "one").length, others.length);
	t.is(texts(base).filter((text) => text === "two").length, others.length);
	broken.clear();
	await advance(core, bob, 3600 * second);
	t.deepEqual(base.delivered.filter((delivery) => delivery.reach.target === bob.reach.target).map(textOf), [
		"answer",
		"one",
		"two",
	]);
});

test("after a 429, a host is not contacted until its Retry-After has passed; then everything is delivered once, in order", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const [jane, bob, carol] = [await core.person("jane"), fedi.person("bob"), fedi.person("carol", "other.test")];
	await follows(core, fedi, bob, jane);
	const timeline = await core.timeline(jane);
	fedi.answers.push({ status: "retry", reason: "HTTP 429", lane: true, afterMs: 60 * second });
	await core.post(jane, timeline, "one");
	await core.settled();
	await follows(core, fedi, carol, jane);
	for (const text of ["two", "three"]) await core.post(jane, timeline, text);
	await advance(core, bob, 59 * second);
	t.deepEqual(
		fedi.delivered.map((delivery) => `${delivery.reach.lane} ${textOf(delivery)}`),
		["fedi:other.test two", "fedi:other.test three"],
	);
	t.is((await core.context.store.get(laneRecords, deliveryLane("fedi:fedi.test")))?.doc.trouble?.failures, 1);
	fedi.delivered.length = 0;
	await advance(core, bob, 2 * second);
	t.deepEqual(texts(fedi), ["one", "two", "three"]);
	t.is((await core.context.store.get(laneRecords, deliveryLane("fedi:fedi.test")))?.doc.trouble, undefined);
});

test("a host that stays unreachable is contacted ever less often, by one delivery at a time", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const [jane, bob] = [await core.person("jane"), fedi.person("bob")];
	await follows(core, fedi, bob, jane);
	const failures = 30;
	fedi.answers.push(...Array.from({ length: failures }, () => down));
	for (let i = 0; i < 50; i++) await core.post(jane, await core.timeline(jane), `${i}`);
	await core.settled();
	for (let passed = 0; passed < 3600; passed += 10) await advance(core, bob, 10 * second);
	const attempts = failures - fedi.answers.length;
	t.true(attempts >= 8 && attempts <= 14, `${attempts} attempts in an hour`);
	fedi.answers.length = 0;
	await advance(core, bob, 2 * 3600 * second);
	t.deepEqual(
		texts(fedi),
		Array.from({ length: 50 }, (_, i) => `${i}`),
	);
});

test("a delivery that fails for days becomes a dead letter, which can be listed and replayed", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const [jane, bob] = [await core.person("jane"), fedi.person("bob")];
	await follows(core, fedi, bob, jane);
	fedi.answers.push(down, down);
	await core.post(jane, await core.timeline(jane), "late");
	await core.settled();
	await advance(core, bob, 4.1 * day);
	t.is(await waiting(core), 0);
	const [dead, ...more] = await listDeadLetters(core.context, { lane: "fedi:fedi.test", limit: 10 });
	t.is(more.length, 0);
	t.like(dead?.letter, { reason: "no answer", reach: bob.reach, diedAt: core.clock.time });
	t.deepEqual(await listDeadLetters(core.context, { lane: "fedi:other.test", limit: 10 }), []);
	t.is(await replayDeadLetters(core.context, "fedi:fedi.test", core.lanes), 1);
	await core.settled();
	t.deepEqual(texts(fedi), ["late"]);
	t.deepEqual(await listDeadLetters(core.context, { limit: 10 }), []);
});

test("expired deliveries to an unreachable host become dead letters without an attempt for each", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const [jane, bob] = [await core.person("jane"), fedi.person("bob")];
	await follows(core, fedi, bob, jane);
	const timeline = await core.timeline(jane);
	for (let i = 0; i < 40; i++) fedi.answers.push(down);
	for (let i = 0; i < 40; i++) await core.post(jane, timeline, `old ${i}`);
	await core.settled();
	const before = fedi.answers.length;
	core.clock.time += 4.1 * day;
	await core.post(jane, timeline, "new");
	await advance(core, bob, 0);
	t.is(fedi.answers.length, before - 1);
	t.is((await listDeadLetters(core.context, { limit: 100 })).length, 40);
	fedi.answers.length = 0;
	await advance(core, bob, day);
	t.deepEqual(texts(fedi), ["new"]);
});

test("a permanently rejected delivery is attempted once, and later messages are delivered", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const [jane, bob] = [await core.person("jane"), fedi.person("bob")];
	await follows(core, fedi, bob, jane);
	fedi.answers.push({ status: "rejected", reason: "invalid", detail: "HTTP 422" });
	await core.post(jane, await core.timeline(jane), "refused");
	await core.post(jane, await core.timeline(jane), "fine");
	await core.settled();
	await advance(core, bob, day);
	t.deepEqual(texts(fedi), ["fine"]);
	const [dead] = await listDeadLetters(core.context, { limit: 10 });
	t.is(dead?.letter.reason, "HTTP 422");
});

test("a delivery that a network does not support is dropped without a dead letter", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const [jane, bob] = [await core.person("jane"), fedi.person("bob")];
	await follows(core, fedi, bob, jane);
	fedi.answers.push({ status: "rejected", reason: "unsupported" });
	await core.post(jane, await core.timeline(jane), "wordless");
	await core.post(jane, await core.timeline(jane), "fine");
	await core.settled();
	await advance(core, bob, day);
	t.deepEqual(texts(fedi), ["fine"]);
	t.deepEqual(await listDeadLetters(core.context, { limit: 10 }), []);
});

test("after a 410, followers delivered through the inbox are removed and pending deliveries dropped", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const [jane, joe] = [await core.person("jane"), await core.person("joe")];
	const [bob, carol] = [fedi.person("bob"), fedi.person("carol")];
	for (const person of [bob, carol]) for (const account of [jane, joe]) await follows(core, fedi, person, account);
	const timeline = await core.timeline(jane);
	fedi.answers.push(down);
	for (const text of ["one", "two", "three"]) await core.post(jane, timeline, text);
	await core.settled();
	fedi.answers.push({ status: "rejected", reason: "gone", detail: "HTTP 410" }, failed);
	await advance(core, bob, 10 * second);
	t.is(fedi.answers.length, 1, "one attempt");
	t.is(await waiting(core), 0);
	for (const { timeline: place } of [jane, joe])
		t.is(await core.context.store.count(memberships, "place", [place, "joined"]), 0);
	await core.post(joe, await core.timeline(joe), "without followers");
	await core.settled();
	t.deepEqual(texts(fedi), []);
	// A new follow is accepted and served.
	fedi.answers.length = 0;
	const again = {
		kind: "join",
		id: `${bob.id}#again`,
		sender: bob,
		raw: {},
		target: { kind: "account", account: jane.id },
	} as const;
	await core.incoming.receive(fedi.name, [again]);
	await core.post(jane, timeline, "welcome back");
	await core.settled();
	t.deepEqual(texts(fedi), ["answer", "welcome back"]);
	t.not(await readable(core.context, timeline, undefined), undefined);
});

test("a 404 is a failure of one delivery: no follow ends, and what comes later is delivered", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const people = Array.from({ length: 50 }, (_, n) => fedi.person(`person${n}`));
	for (const person of people) await follows(core, fedi, person, jane);
	const timeline = await core.timeline(jane);
	const followers = () => core.context.store.count(memberships, "place", [jane.timeline, "joined"]);
	fedi.answers.push(missing, missing);
	await core.post(jane, timeline, "one");
	await core.settled();
	await advance(core, people[0] as RemotePerson, 2 * second);
	t.is(await followers(), 50);
	await core.post(jane, timeline, "two");
	await advance(core, people[0] as RemotePerson, 10 * second);
	t.deepEqual(texts(fedi), ["one", "two"]);
	t.is(await followers(), 50);
});

test("after days of 404s only the follows of people end whose own server says that they are gone", async (t) => {
	const ended: unknown[] = [];
	const fedi = createFakeBridge("fedi");
	const [bob, carol, eve] = [fedi.person("bob"), fedi.person("carol"), fedi.person("eve", "elsewhere.test")];
	const inboxes = new Map<string, DeliveryResult>();
	const core = await openCore(t, [withInboxes(fedi, inboxes)], {}, { onEnded: (...all) => ended.push(all) });
	const [jane, joe] = [await core.person("jane"), await core.person("joe")];
	for (const person of [bob, carol, eve]) for (const account of [jane, joe]) await follows(core, fedi, person, account);
	const followers = (of: Account) => core.context.store.count(memberships, "place", [of.timeline, "joined"]);
	inboxes.set(bob.reach?.target ?? "", missing);
	fedi.gone.add(bob.id).add(eve.id);
	await core.post(jane, await core.timeline(jane), "one");
	await core.settled();
	await advance(core, bob, 1 * day);
	t.deepEqual([await followers(jane), await followers(joe)], [3, 3], "not before it has lasted for days");
	await advance(core, bob, 4 * day);
	t.deepEqual([await followers(jane), await followers(joe)], [2, 2]);
	t.deepEqual(ended, [[fedi.name, "missing", 2]]);
	t.is((await listDeadLetters(core.context, { limit: 10 })).length, 1);
});

test("no follow ends while a person's server can't be asked whether they are gone", async (t) => {
	const fedi = createFakeBridge("fedi");
	const resolvers = { ...fedi.resolvers, isGone: async () => Promise.reject(new Error("no answer")) };
	const core = await openCore(t, [{ ...fedi, resolvers }]);
	const jane = await core.person("jane");
	const bob = fedi.person("bob");
	await follows(core, fedi, bob, jane);
	fedi.answers.push(missing, missing);
	await core.post(jane, await core.timeline(jane), "one");
	await core.settled();
	await advance(core, bob, 5 * day);
	t.is((await listDeadLetters(core.context, { limit: 10 })).length, 1);
	t.is(await core.context.store.count(memberships, "place", [jane.timeline, "joined"]), 1);
});

test("a repeated edit, whose first answer was lost, is not delivered again", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const [jane, bob] = [await core.person("jane"), fedi.person("bob")];
	await follows(core, fedi, bob, jane);
	const memo = await core.post(jane, await core.timeline(jane), "first", { tags: ["a"], warning: "careful" });
	const edited = await editMessage(core.context, jane, memo, { content: { text: "second" } });
	const again = await editMessage(core.context, jane, edited, { content: { text: "second" } });
	t.deepEqual(again, edited);
	await editMessage(core.context, jane, again, { content: { text: "second" }, tags: ["b"] });
	await editMessage(core.context, jane, again, { warning: "" });
	await core.settled();
	t.deepEqual(texts(fedi), ["second", "edit", "edit", "edit"]);
});

test("a message edited and deleted while its host was down is delivered as a removal only", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const [jane, bob] = [await core.person("jane"), fedi.person("bob")];
	await follows(core, fedi, bob, jane);
	const timeline = await core.timeline(jane);
	fedi.answers.push(down);
	const memo = await core.post(jane, timeline, "first");
	await core.settled();
	const edited = await editMessage(core.context, jane, memo, { content: { text: "second" } });
	await deleteMessage(core.context, jane, timeline, edited);
	await core.post(jane, timeline, "next");
	await advance(core, bob, 2 * second);
	t.deepEqual(texts(fedi), ["removal", "next"]);
	t.is(await waiting(core), 0);
	const kept = await core.context.store.events(timeline.channel.id, 0, 100);
	t.notRegex(JSON.stringify(kept), /first|second/);
});

test("events of a message edited and deleted before planning are planned without an error", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const [jane, bob] = [await core.person("jane"), fedi.person("bob")];
	await follows(core, fedi, bob, jane);
	const timeline = await core.timeline(jane);
	await core.lanes.stop();
	const memo = await core.post(jane, timeline, "first");
	await deleteMessage(
		core.context,
		jane,
		timeline,
		await editMessage(core.context, jane, memo, { content: { text: "second" } }),
	);
	const planner = { context: core.context, targets: createTargets(core.context, () => [fedi]) };
	const job = createOutgoing(planner, () => core.lanes);
	const plan = createConsumer(core.context, createLaneHolds(core.context), job);
	await plan(timeline.channel.id, new AbortController().signal);
	t.deepEqual(await core.context.store.owedStreams("bridge", { limit: 100 }), []);
	t.is(await waiting(core), 3);
});

test("a delivery in several parts keeps its progress across retries", async (t) => {
	const base = createFakeBridge("fedi");
	const seen: (readonly string[] | undefined)[] = [];
	const fedi: FakeBridge = {
		...base,
		async deliver(delivery, signal, progress) {
			if (delivery.kind !== "message") return base.deliver(delivery, signal);
			seen.push(delivery.sent);
			await progress?.([...(delivery.sent ?? []), `part ${seen.length}`]);
			return seen.length < 3 ? ([failed, down][seen.length - 1] as DeliveryResult) : base.deliver(delivery, signal);
		},
	};
	const core = await openCore(t, [fedi]);
	const [jane, bob] = [await core.person("jane"), base.person("bob")];
	await follows(core, base, bob, jane);
	await core.post(jane, await core.timeline(jane), "one");
	await core.settled();
	for (const seconds of [2, 4]) await advance(core, bob, seconds * second);
	t.deepEqual(seen, [undefined, ["part 1"], ["part 1", "part 2"]]);
	t.deepEqual(texts(base), ["one"]);
	t.is(await waiting(core), 0);
});

test("stopping the lanes lets the delivery in flight finish", async (t) => {
	const base = createFakeBridge("fedi");
	const begun = Promise.withResolvers<AbortSignal>();
	const answer = Promise.withResolvers<void>();
	const fedi: FakeBridge = {
		...base,
		async deliver(delivery, signal) {
			if (delivery.kind !== "message") return base.deliver(delivery, signal);
			begun.resolve(signal);
			await answer.promise;
			return base.deliver(delivery, signal);
		},
	};
	const core = await openCore(t, [fedi]);
	const [jane, bob] = [await core.person("jane"), base.person("bob")];
	await follows(core, base, bob, jane);
	await core.post(jane, await core.timeline(jane), "one");
	const signal = await begun.promise;
	await core.post(jane, await core.timeline(jane), "two");
	const stopped = core.lanes.stop();
	t.false(signal.aborted);
	answer.resolve();
	await stopped;
	t.deepEqual(texts(base), ["one"]);
	t.is(await waiting(core), 1);
});

test("a bridge that throws only delays its lane", async (t) => {
	const base = createFakeBridge("fedi");
	let throws = 1;
	const fedi: FakeBridge = {
		...base,
		async deliver(delivery, signal) {
			if (delivery.kind === "message" && throws-- > 0) throw new Error("a mistake");
			return base.deliver(delivery, signal);
		},
	};
	const core = await openCore(t, [fedi]);
	const [jane, bob] = [await core.person("jane"), base.person("bob")];
	await follows(core, base, bob, jane);
	await core.post(jane, await core.timeline(jane), "one");
	await core.settled();
	await advance(core, bob, 2 * second);
	t.deepEqual(texts(base), ["one"]);
});
