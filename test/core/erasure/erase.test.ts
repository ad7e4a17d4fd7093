import test from "ava";
import { deliveryLane } from "#core/bridging/outgoing/delivery.ts";
import { appendAccountDeletion } from "#core/erasure/delete-account.ts";
import { eraseAccount } from "#core/erasure/erase.ts";
import { messages } from "#core/messages/message.ts";
import type { Account } from "#core/model/account.ts";
import type { Delivery, DeliveryResult } from "#core/ports/bridge/delivery.ts";
import { type Core, openCore } from "../../support/core.ts";
import { createFakeBridge, type FakeBridge } from "../../support/fake-bridge.ts";

async function follow(core: Core, fedi: FakeBridge, account: Account): Promise<void> {
	const bob = fedi.person("bob");
	const target = { kind: "account", account: account.id } as const;
	await core.incoming.receive(fedi.name, [
		{ kind: "join", id: `bob-follows-${account.id}`, sender: bob, raw: {}, target },
	]);
	await core.settled();
	fedi.delivered.length = 0;
}

const textOf = (delivery: Delivery): string =>
	delivery.kind === "message" ? delivery.subject.message.content.text : delivery.kind;

test("messages of others are delivered before the removals of a deleted account, which are all delivered", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const [jane, ann] = [await core.person("jane"), await core.person("ann")];
	await follow(core, fedi, jane);
	await follow(core, fedi, ann);
	for (let n = 0; n < 100; n++) await core.post(jane, await core.timeline(jane), `memo ${n}`);
	await core.settled();
	fedi.delivered.length = 0;

	// The host is down until the deletion is planned and Ann has posted.
	const down: DeliveryResult = { status: "retry", reason: "no answer", lane: true, afterMs: 60_000 };
	fedi.answers.push(down, down);
	await appendAccountDeletion(core.context, jane);
	await core.settled();
	core.clock.time += 1;
	await core.post(ann, await core.timeline(ann), "meanwhile");
	await core.settled();
	t.deepEqual(fedi.delivered, []);
	core.clock.time += 120_000;
	const lane = fedi.person("bob").reach?.lane as string;
	core.lanes.wake(deliveryLane(`${lane} bulk`));
	core.lanes.wake(deliveryLane(lane));
	while (fedi.delivered.length < 102) {
		await new Promise((turn) => setTimeout(turn, 20));
		core.clock.time += 1_000;
	}
	t.deepEqual(fedi.delivered.slice(0, 2).map(textOf), ["account-removal", "meanwhile"]);
	t.is(fedi.delivered.filter(({ kind }) => kind === "removal").length, 100);
});

test("a removal never overtakes the message that it removes, even if the message waits for a retry", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	await follow(core, fedi, jane);
	fedi.answers.push({ status: "retry", reason: "HTTP 500", afterMs: 30_000 });
	const memo = await core.post(jane, await core.timeline(jane), "just before");
	await core.settled();
	await appendAccountDeletion(core.context, jane);
	await core.settled();
	t.deepEqual(fedi.delivered, []);
	t.not((await core.context.store.get(messages, memo.id))?.doc.deletedAt, undefined);
	core.clock.time += 31_000;
	core.lanes.wake(deliveryLane(fedi.person("bob").reach?.lane as string));
	await core.settled();
	// The text has been erased by now, so that the message is not sent. The removal comes last.
	while (fedi.delivered.length < 2) {
		await new Promise((turn) => setTimeout(turn, 20));
		core.clock.time += 1_000;
	}
	t.deepEqual(fedi.delivered.map(textOf), ["account-removal", "removal"]);
});

test("an interrupted erasure is continued where it stopped", async (t) => {
	const core = await openCore(t);
	await core.lanes.stop();
	const jane = await core.person("jane");
	const timeline = await core.timeline(jane);
	for (let n = 0; n < 30; n++) await core.post(jane, timeline, `memo ${n}`);
	await appendAccountDeletion(core.context, jane);
	const ending = new AbortController();
	const broken = eraseAccount(core.context, jane.id, ending.signal);
	setImmediate(() => ending.abort());
	await t.throwsAsync(broken, { name: "AbortError" });
	const left = async () => core.context.store.count(messages, "author", [jane.id]);
	t.true((await left()) > 0);
	await eraseAccount(core.context, jane.id, new AbortController().signal);
	t.is(await left(), 0);
	const events = await core.context.store.events(timeline.channel.id, 0, 100);
	t.is(events.filter(({ type }) => type === "message.deleted").length, 30);
});
