import test from "ava";
import { deliveryLane } from "#core/bridging/outgoing/delivery.ts";
import { changePortal } from "#core/bridging/portals/change-portal.ts";
import { linkPortal } from "#core/bridging/portals/link-portal.ts";
import { appendAccountDeletion } from "#core/erasure/delete-account.ts";
import { eraseAccount } from "#core/erasure/erase.ts";
import { messages } from "#core/messages/message.ts";
import type { Account } from "#core/model/account.ts";
import type { Message } from "#core/model/message.ts";
import type { Delivery, DeliveryResult } from "#core/ports/bridge/delivery.ts";
import { react } from "#core/reactions/react.ts";
import { type Core, openCore } from "../../support/core.ts";
import { createFakeBridge, type FakeBridge } from "../../support/fake-bridge.ts";
import { until } from "../../support/wait.ts";

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
	fedi.answers.length = 0;
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

test("the reactions of a deleted account go with it, local or remote, here and where they were sent", async (t) => {
	const [fedi, chat] = [createFakeBridge("fedi"), createFakeBridge("chat")];
	const core = await openCore(t, [fedi, chat]);
	const [jane, ann] = [await core.person("jane"), await core.person("ann")];
	await follow(core, fedi, jane);
	const timeline = await core.timeline(jane);
	const reach = { bridge: chat.name, target: "!room", lane: "chat:!room" };
	const portal = await linkPortal(core.context, jane, timeline, { bridge: chat.name, reach, consented: true });
	await changePortal(core.context, portal.id, "active");
	const memos = await Promise.all(["one", "two"].map((text) => core.post(jane, timeline, text)));
	const eve = fedi.person("eve");
	for (const { id } of memos) {
		for (const key of ["⭐", "🔥"]) {
			const message = (await core.context.store.get(messages, id))?.doc as Message;
			await react(core.context, ann, timeline, message, { key, unicode: key });
			const reaction = `${id} ${key}`;
			const event = {
				kind: "reaction",
				id: reaction,
				reaction,
				sender: eve,
				raw: {},
				target: { local: id },
				key,
			} as const;
			await core.incoming.receive(fedi.name, [event]);
		}
	}
	await core.settled();
	const counts = async () =>
		Promise.all(
			memos.map(async ({ id }) =>
				(await core.context.store.get(messages, id))?.doc.reactions.map(({ count }) => count),
			),
		);
	t.deepEqual(await counts(), [
		[2, 2],
		[2, 2],
	]);
	const withdrawn = ({ delivered }: FakeBridge) => delivered.filter(({ kind }) => kind === "unreaction").length;
	await core.incoming.receive(fedi.name, [{ kind: "gone", id: "gone", sender: eve, raw: {} }]);
	await until("the remote person's reactions are gone", async () => (await counts()).flat().every((n) => n === 1));
	await appendAccountDeletion(core.context, ann);
	await until("no reaction is left", async () => (await counts()).flat().length === 0);
	await until("the room and the followers know", async () => {
		core.clock.time += 1_000;
		return withdrawn(chat) === 8 && withdrawn(fedi) === 4;
	});
	t.true(fedi.delivered.every((d) => d.kind !== "unreaction" || d.remaining === undefined));
});
