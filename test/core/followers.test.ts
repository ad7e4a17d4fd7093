import test, { type ExecutionContext } from "ava";
import { joinChannel } from "#core/access/join-channel.ts";
import { readableById } from "#core/access/readable-place.ts";
import { deliveryLane } from "#core/bridging/outgoing/delivery.ts";
import { changePortal } from "#core/bridging/portals/change-portal.ts";
import { linkPortal } from "#core/bridging/portals/link-portal.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import { homeTimeline } from "#core/messages/home-timeline.ts";
import { messageWithPlace } from "#core/messages/list-messages.ts";
import { messages } from "#core/messages/message.ts";
import type { Account } from "#core/model/account.ts";
import type { RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { type Core, openCore } from "../support/core.ts";
import { createFakeBridge } from "../support/fake-bridge.ts";

let follows = 0;
const follow = (person: RemotePerson, { id: account }: Account) =>
	({ kind: "join", id: `follow-${++follows}`, sender: person, raw: {}, target: { kind: "account", account } }) as const;

async function followersOf(core: Core, account: Account, reader = account) {
	const place = account.followers && (await readableById(core.context, account.followers, reader));
	if (place === undefined)
		throw new Error(`${reader.handle} may not read the channel for followers of ${account.handle}`);
	return place;
}

async function open(t: ExecutionContext) {
	const [fedi, chat] = [createFakeBridge("fedi", { relays: true }), createFakeBridge("chat")];
	const core = await openCore(t, [fedi, chat]);
	return { core, fedi, chat, jane: await core.person("jane") };
}

test("a memo for followers is delivered only to the homes of followers, marked as followers-only", async (t) => {
	const { core, fedi, chat, jane } = await open(t);
	const [bob, eve] = [fedi.person("bob", "b.test"), fedi.person("eve", "e.test")];
	await core.shadows.of(fedi.name, eve);
	await core.incoming.receive(fedi.name, [follow(bob, jane)]);
	// A room that is linked to the timeline is not a follower.
	const timeline = await core.timeline(jane);
	const reach = { bridge: chat.name, target: "!room", lane: "chat:!room" };
	const portal = await linkPortal(core.context, jane, timeline, { bridge: chat.name, reach, consented: true });
	await changePortal(core.context, portal.id, "active");
	await core.settled();
	fedi.delivered.length = chat.delivered.length = 0;

	await core.post(jane, await followersOf(core, jane), "For followers");
	await core.settled();
	t.deepEqual(
		fedi.delivered.map((d) => [d.kind, d.reach.target, d.kind === "message" && d.visibility]),
		[["message", bob.reach?.target, "readers"]],
	);
	t.deepEqual(chat.delivered, []);
	await core.post(jane, timeline, "For everyone");
	await core.settled();
	t.is(chat.delivered.length, 1);
});

test("the channel for followers can't be linked to a room", async (t) => {
	const { core, chat, jane } = await open(t);
	const reach = { bridge: chat.name, target: "!room", lane: "chat:!room" };
	await t.throwsAsync(
		linkPortal(core.context, jane, await followersOf(core, jane), { bridge: chat.name, reach, consented: true }),
		{ message: /can't be linked/ },
	);
});

test("a memo is not delivered to a follower who unfollows before the retry; a removal is delivered wherever the memo was", async (t) => {
	const { core, fedi, jane } = await open(t);
	const [bob, carol] = [fedi.person("bob", "b.test"), fedi.person("carol", "c.test")];
	await core.incoming.receive(fedi.name, [follow(bob, jane), follow(carol, jane)]);
	await core.settled();
	const place = await followersOf(core, jane);
	const early = await core.post(jane, place, "Both get this");
	await core.settled();
	fedi.delivered.length = 0;
	fedi.answers.push(
		{ status: "retry", reason: "no answer", lane: true, afterMs: 60_000 },
		{ status: "retry", reason: "no answer", lane: true, afterMs: 60_000 },
	);
	await core.post(jane, place, "Only for those who still follow");
	await core.settled();
	await core.incoming.receive(fedi.name, [
		{ kind: "leave", id: "bob-leaves", sender: bob, raw: {}, target: { kind: "account", account: jane.id } },
	]);
	core.clock.time += 120_000;
	for (const person of [bob, carol]) core.lanes.wake(deliveryLane(person.reach?.lane as string));
	await core.settled();
	t.deepEqual(
		fedi.delivered.map((d) => d.reach.target),
		[carol.reach?.target],
	);
	fedi.delivered.length = 0;
	await core.incoming.receive(fedi.name, [follow(bob, jane)]);
	await core.settled();
	fedi.delivered.length = 0;
	await deleteMessage(core.context, jane, place, early);
	await core.settled();
	t.deepEqual(fedi.delivered.map((d) => d.kind).sort(), ["removal", "removal"]);
});

test("a memo for followers is delivered to mentioned people too", async (t) => {
	const { core, fedi, jane } = await open(t);
	const dan = fedi.person("dan", "d.test");
	await core.shadows.of(fedi.name, dan);
	const local = await core.person("dora");
	const place = await followersOf(core, jane);
	const memo = await core.post(jane, place, "@dan@d.test and @dora, look");
	await core.settled();
	t.deepEqual(
		fedi.delivered.map((d) => d.reach.target),
		[dan.reach?.target],
	);
	t.not(await messageWithPlace(core.context, memo.id, local), undefined);
	t.is(await readableById(core.context, place.channel.id, local), undefined);
	t.is(await messageWithPlace(core.context, memo.id, await core.person("outsider")), undefined);
	t.is(await messageWithPlace(core.context, memo.id, undefined), undefined);
});

test("a remote message for followers can be read only by accepted local followers and by those it mentions", async (t) => {
	const { core, fedi, jane } = await open(t);
	const [requesting, outsider, mentioned] = [
		await core.person("requesting"),
		await core.person("outsider"),
		await core.person("mentioned"),
	];
	const bob = fedi.person("bob");
	const shadow = await core.shadows.of(fedi.name, bob);
	for (const account of [jane, requesting])
		await joinChannel(core.context, await core.timeline(shadow, account), account);
	await core.incoming.receive(fedi.name, [
		{ kind: "answer", id: "accept", sender: bob, raw: {}, account: jane.id, accepted: true },
	]);
	const place = { kind: "followers" } as const;
	const [received] = await core.incoming.receive(fedi.name, [
		fedi.message(bob, "quiet-note", "Only for you", { place, mentions: [mentioned.id] }),
	]);
	t.is(received?.status, "accepted");
	const id = received?.status === "accepted" ? received.message : undefined;
	if (id === undefined) return t.fail("The message was not stored");
	const seenBy = async (account: Account) => ({
		home: (await homeTimeline(core.context, account, { limit: 10 })).some(({ message }) => message.id === id),
		alone: (await messageWithPlace(core.context, id, account)) !== undefined,
	});
	t.deepEqual(await seenBy(jane), { home: true, alone: true });
	t.deepEqual(await seenBy(mentioned), { home: false, alone: true });
	for (const account of [requesting, outsider]) t.deepEqual(await seenBy(account), { home: false, alone: false });
	t.is(await messageWithPlace(core.context, id, undefined), undefined);
	await core.settled();
	t.deepEqual(
		fedi.delivered.filter((d) => d.kind === "message"),
		[],
	);
	// A reply is delivered to the home of the note's author only.
	const note = (await core.context.store.get(messages, id))?.doc;
	const readable = note && (await readableById(core.context, note.channel, jane));
	if (readable === undefined) return t.fail("Jane can't answer");
	await core.incoming.receive(fedi.name, [follow(fedi.person("eve", "e.test"), jane)]);
	await core.settled();
	fedi.delivered.length = 0;
	await core.post(jane, readable, "Thank you", { replyTo: id });
	await core.settled();
	t.deepEqual(
		fedi.delivered.map((d) => [d.kind, d.reach.target, d.kind === "message" && d.visibility]),
		[["message", bob.reach?.target, "readers"]],
	);
});

test("a remote reply for followers of its author is not shown to followers of the parent's author, and only readers can reply", async (t) => {
	const { core, fedi, jane } = await open(t);
	const [bob, eve] = [fedi.person("bob"), fedi.person("eve")];
	await core.incoming.receive(fedi.name, [follow(bob, jane)]);
	const place = await followersOf(core, jane);
	const memo = await core.post(jane, place, "For followers");
	const replyTo = { local: memo.id } as const;
	const [apart, answered, refused] = await core.incoming.receive(fedi.name, [
		fedi.message(bob, "apart", "Among us", { replyTo, place: { kind: "followers" }, mentions: [jane.id] }),
		fedi.message(bob, "open", "Aloud", { replyTo }),
		fedi.message(eve, "guessed", "I know the id", { replyTo, mentions: [jane.id] }),
	]);
	t.is(apart?.status, "accepted");
	t.is(answered?.status, "accepted");
	t.deepEqual(refused, { status: "ignored", reason: "not-allowed" });
	const list = await core.context.store.page(messages, {
		index: "channel",
		prefix: [place.channel.id],
		order: "asc",
		limit: 9,
	});
	t.deepEqual(
		list.map(({ doc }) => doc.content.text),
		["For followers", "Aloud"],
	);
	const kept =
		apart?.status === "accepted" && apart.message && (await core.context.store.get(messages, apart.message))?.doc;
	t.is(kept && kept.reply, undefined);
	t.not(kept && (await messageWithPlace(core.context, kept.id, jane)), undefined);
	const [reaction] = await core.incoming.receive(fedi.name, [
		{ kind: "reaction", id: "like", reaction: "like", sender: eve, raw: {}, target: replyTo, key: "❤" },
	]);
	t.deepEqual(reaction, { status: "ignored", reason: "not-allowed" });
});

test("an edit for followers only does not change a message with more readers", async (t) => {
	const { core, fedi, jane } = await open(t);
	const bob = fedi.person("bob");
	await core.shadows.of(fedi.name, bob);
	await core.incoming.receive(fedi.name, [fedi.message(bob, "aloud", "For all", { mentions: [jane.id] })]);
	const edit = {
		kind: "edit",
		id: "edit",
		sender: bob,
		raw: {},
		target: { remote: "aloud" },
		content: { text: "A secret", mime: "text/plain" },
		forFollowers: true,
	} as const;
	t.deepEqual(await core.incoming.receive(fedi.name, [edit]), [{ status: "ignored", reason: "not-allowed" }]);
});
