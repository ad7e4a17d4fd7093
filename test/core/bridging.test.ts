import test from "ava";
import { accountByRemote } from "#core/accounts/find-account.ts";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { followReference, listFollows, unfollow } from "#core/bridging/follow.ts";
import { changePortal } from "#core/bridging/portals/change-portal.ts";
import { linkPortal, unlinkPortal } from "#core/bridging/portals/link-portal.ts";
import type { Place } from "#core/groups/place.ts";
import { joined } from "#core/groups/place.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import { editMessage } from "#core/messages/edit-message.ts";
import { homeTimeline } from "#core/messages/home-timeline.ts";
import { listMessages } from "#core/messages/list-messages.ts";
import { messages } from "#core/messages/message.ts";
import type { Account } from "#core/model/account.ts";
import { addressOf } from "#core/model/account.ts";
import type { Message } from "#core/model/message.ts";
import type { RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { react, unreact } from "#core/reactions/react.ts";
import { type Core, openCore } from "../support/core.ts";
import { createFakeBridge, type FakeBridge } from "../support/fake-bridge.ts";

const followOf = (sender: RemotePerson, account: Account, id = "follow") =>
	({
		kind: "join",
		id: `${sender.id}#${id}`,
		sender,
		raw: { id },
		target: { kind: "account", account: account.id },
	}) as const;

async function linked(core: Core, bridge: FakeBridge, owner: Account, place: Place, room = "!room:x"): Promise<void> {
	const reach = { bridge: bridge.name, target: room, lane: `${bridge.name}:${room}` };
	const portal = await linkPortal(core.context, owner, place, { bridge: bridge.name, reach, consented: true });
	await changePortal(core.context, portal.id, "active");
}

test("followers are accepted, and each post is delivered once to the shared inbox of their host", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const [bob, carol] = [fedi.person("bob"), fedi.person("carol")];
	t.deepEqual(await core.incoming.receive(fedi.name, [followOf(bob, jane), followOf(carol, jane)]), [
		{ status: "accepted" },
		{ status: "accepted" },
	]);
	await core.post(jane, await core.timeline(jane), "Hello");
	await core.settled();
	t.deepEqual(
		fedi.delivered.map((d) => d.kind),
		["answer", "answer", "message"],
	);
	const answer = fedi.delivered[0];
	t.true(answer?.kind === "answer" && answer.accepted && (answer.request as { id: string }).id === "follow");
});

test("a repeated follow request gives one membership, and each is answered", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const bob = fedi.person("bob");
	await core.incoming.receive(fedi.name, [followOf(bob, jane), followOf(bob, jane)]);
	await core.settled();
	t.is(fedi.delivered.length, 2);
	// The first answer may have been lost, whether the new request has the same id or another one.
	await core.incoming.receive(fedi.name, [followOf(bob, jane, "again")]);
	await core.post(jane, await core.timeline(jane), "Hello");
	await core.settled();
	t.deepEqual(
		fedi.delivered.map((d) => d.kind),
		["answer", "answer", "answer", "message"],
	);
});

test("nothing is delivered to a follower who has unfollowed", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const bob = fedi.person("bob");
	await core.incoming.receive(fedi.name, [followOf(bob, jane)]);
	await core.incoming.receive(fedi.name, [
		{ kind: "leave", id: "undo", sender: bob, raw: {}, target: { kind: "account", account: jane.id } },
	]);
	await core.post(jane, await core.timeline(jane), "Hello");
	await core.settled();
	t.deepEqual(
		fedi.delivered.map((d) => d.kind),
		["answer"],
	);
});

test("a reply from one network is delivered to the other as a reply, and not back to its own", async (t) => {
	const [fedi, chat] = [createFakeBridge("fedi"), createFakeBridge("chat")];
	const core = await openCore(t, [fedi, chat]);
	const jane = await core.person("jane");
	const timeline = await core.timeline(jane);
	const bob = fedi.person("bob");
	await core.incoming.receive(fedi.name, [followOf(bob, jane)]);
	await linked(core, chat, jane, timeline);
	const memo = await core.post(jane, timeline, "Hello");
	await core.settled();
	const [received] = await core.incoming.receive(fedi.name, [
		fedi.message(bob, "bobs-reply", "Hi", { replyTo: { local: memo.id } }),
	]);
	t.is(received?.status, "accepted");
	await core.settled();
	t.is(fedi.delivered.filter((d) => d.kind === "message").length, 1);
	const [, reply] = chat.delivered.filter((d) => d.kind === "message");
	t.true(reply?.kind === "message" && reply.subject.message.content.text === "Hi");
	t.true(reply?.kind === "message" && reply.parent?.remote[0]?.startsWith("chat-copy-of-"));
	t.is((await listMessages(core.context, timeline, { direction: "forward", limit: 10 })).length, 2);
});

test("edits, reactions and the deletion of a message are delivered after it", async (t) => {
	const chat = createFakeBridge("chat");
	const core = await openCore(t, [chat]);
	const jane = await core.person("jane");
	const timeline = await core.timeline(jane);
	await linked(core, chat, jane, timeline);
	const memo = await core.post(jane, timeline, "Hello");
	await core.settled();
	const edited = await editMessage(core.context, jane, memo, { content: { text: "Hello!" } });
	await react(core.context, jane, timeline, edited, { key: "👍", unicode: "👍" });
	await core.settled();
	await unreact(core.context, jane, edited, "👍");
	await core.settled();
	await deleteMessage(core.context, jane, timeline, edited);
	await core.settled();
	t.deepEqual(
		chat.delivered.map((d) => d.kind),
		["link", "message", "edit", "reaction", "unreaction", "removal"],
	);
	const [, sent, , , withdrawn, removed] = chat.delivered;
	t.true(removed?.kind === "removal" && removed.subject.remote[0] === `chat-copy-of-${sent?.id}`);
	t.true(withdrawn?.kind === "unreaction" && withdrawn.remote.length === 1);
	const events = await core.context.store.events(timeline.channel.id, 0, 100);
	t.false(JSON.stringify(events).includes("Hello"));
});

test("the withdrawal of a reaction says which reaction of the person is still there", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const [jane, ann] = [await core.person("jane"), await core.person("ann")];
	const timeline = await core.timeline(jane);
	await core.incoming.receive(fedi.name, [followOf(fedi.person("bob"), jane)]);
	const memo = await core.post(jane, timeline, "Hello");
	const add = async (who: Account, key: string) => {
		core.clock.time += 1;
		await react(core.context, who, timeline, memo, { key, unicode: key });
		await core.settled();
	};
	const withdraw = async (key: string) => {
		await unreact(core.context, jane, memo, key);
		await core.settled();
		const last = fedi.delivered.at(-1);
		return last?.kind === "unreaction" ? last.remaining?.key : "no withdrawal";
	};
	await add(ann, "🎉");
	for (const key of ["⭐", "🔥", "❤"]) await add(jane, key);
	t.deepEqual([await withdraw("🔥"), await withdraw("❤"), await withdraw("⭐")], ["❤", "⭐", undefined]);
});

test("edits and deletions of an unknown message are parked until the message is received", async (t) => {
	const [fedi, chat] = [createFakeBridge("fedi"), createFakeBridge("chat")];
	const core = await openCore(t, [fedi, chat]);
	const jane = await core.person("jane");
	const memo = await core.post(jane, await core.timeline(jane), "Hello");
	const bob = fedi.person("bob");
	const edit = {
		kind: "edit",
		id: "update",
		sender: bob,
		raw: {},
		target: { remote: "note" },
		content: { text: "Second", mime: "text/plain" },
	} as const;
	t.deepEqual(await core.incoming.receive(fedi.name, [edit]), [{ status: "parked" }]);
	await core.incoming.receive(fedi.name, [fedi.message(bob, "note", "First", { replyTo: { local: memo.id } })]);
	const note = await messageByRemote(core.context, fedi.name, "note");
	t.is(note?.content.text, "Second");
	// A message deleted by its author before it was received never appears; a deletion by another person has no effect.
	const mallory = fedi.person("mallory");
	const removal = (sender: RemotePerson, id: string, target: string) =>
		({ kind: "removal", id, sender, raw: {}, target: { remote: target } }) as const;
	await core.incoming.receive(fedi.name, [removal(bob, "d1", "early"), removal(mallory, "d2", "kept")]);
	const late = await core.incoming.receive(fedi.name, [
		fedi.message(bob, "early", "Never", { replyTo: { local: memo.id } }),
		fedi.message(bob, "kept", "Kept", { replyTo: { local: memo.id } }),
	]);
	t.deepEqual(late[0], { status: "ignored", reason: "gone" });
	t.is((await messageByRemote(core.context, fedi.name, "kept"))?.deletedAt, undefined);
});

test("a remote person can't edit or delete a message of someone else", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const memo = await core.post(jane, await core.timeline(jane), "Hello");
	const mallory = fedi.person("mallory");
	const target = { local: memo.id };
	const received = await core.incoming.receive(fedi.name, [
		{ kind: "edit", id: "e", sender: mallory, raw: {}, target, content: { text: "Bought", mime: "text/plain" } },
		{ kind: "removal", id: "r", sender: mallory, raw: {}, target },
	]);
	t.true(received.every((r) => r.status === "ignored" && r.reason === "not-allowed"));
	t.is((await core.context.store.get(messages, memo.id))?.doc.content.text, "Hello");
});

test("messages of private and group channels never leave, by any path", async (t) => {
	const [fedi, chat] = [createFakeBridge("fedi", { relays: true }), createFakeBridge("chat")];
	const core = await openCore(t, [fedi, chat]);
	const jane = await core.person("jane");
	const bob = fedi.person("bob");
	await core.incoming.receive(fedi.name, [followOf(bob, jane)]);
	await core.settled();
	for (const tier of ["private", "group"] as const) {
		const place = await core.channel(jane, tier);
		const reach = { bridge: chat.name, target: `!${tier}`, lane: `chat:!${tier}` };
		await t.throwsAsync(linkPortal(core.context, jane, place, { bridge: chat.name, reach, consented: true }), {
			message: /can't be linked/,
		});
		t.deepEqual(
			await core.incoming.receive(fedi.name, [
				{ ...followOf(bob, jane, tier), target: { kind: "channel", channel: place.channel.id } },
			]),
			[{ status: "ignored", reason: "unknown-place" }],
		);
		const secret = await core.post(jane, place, "Secret @bob@fedi.test");
		await editMessage(core.context, jane, secret, { content: { text: "Secret 2 @bob@fedi.test" } });
		await deleteMessage(core.context, jane, place, secret);
		const [reply] = await core.incoming.receive(fedi.name, [
			fedi.message(bob, `reply-${tier}`, "I see", { replyTo: { local: secret.id } }),
		]);
		t.deepEqual(reply, { status: "ignored", reason: "not-allowed" });
	}
	await core.settled();
	t.deepEqual(
		fedi.delivered.map((d) => d.kind),
		["answer"],
	);
	t.is(chat.delivered.length, 0);
});

test("a channel of a group forwards the post of a remote follower to its followers", async (t) => {
	const fedi = createFakeBridge("fedi", { relays: true });
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const place = await core.channel(jane, "discoverable");
	const [bob, carol] = [fedi.person("bob", "b.test"), fedi.person("carol", "c.test")];
	const target = { kind: "channel", channel: place.channel.id } as const;
	for (const person of [bob, carol])
		await core.incoming.receive(fedi.name, [{ ...followOf(person, jane, "channel"), target }]);
	await core.incoming.receive(fedi.name, [fedi.message(bob, "bobs-post", "Hi all", { place: target })]);
	await core.settled();
	const forwarded = fedi.delivered.filter((d) => d.kind === "message");
	t.deepEqual(forwarded.map((d) => d.reach.target).sort(), ["https://b.test/inbox", "https://c.test/inbox"]);
	t.deepEqual(forwarded[0]?.raw, { id: "bobs-post", text: "Hi all" });
});

test("a remote follow: requested, accepted, posts in the home timeline, and unfollowed", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const bob = fedi.person("bob");
	const directory = { bridges: () => [fedi], shadows: core.shadows };
	const { actor, membership } = await followReference(core.context, directory, jane, "@bob@fedi.test");
	t.is(addressOf(actor), "bob@fedi.test");
	t.is(membership.state, "requested");
	await core.incoming.receive(fedi.name, [fedi.message(bob, "too-early", "Seen by followers")]);
	await core.incoming.receive(fedi.name, [
		{ kind: "answer", id: "accept", sender: bob, raw: {}, account: jane.id, accepted: true },
	]);
	t.is((await listFollows(core.context, jane, { states: ["joined"], limit: 10 })).length, 1);
	await core.incoming.receive(fedi.name, [fedi.message(bob, "note", "Good morning")]);
	const [{ message: newest } = {}] = await homeTimeline(core.context, jane, { limit: 10 });
	t.is(newest?.content.text, "Good morning");
	const shadow = await accountByRemote(core.context, fedi.name, bob.id);
	const place = await core.timeline(shadow as Account, jane);
	await core.post(jane, place, "Good morning, Bob", { replyTo: (newest as Message).id });
	await unfollow(core.context, jane, "bob@fedi.test");
	await core.settled();
	t.deepEqual(
		fedi.delivered.map((d) => d.kind),
		["join", "message", "leave"],
	);
	const [join, , leave] = fedi.delivered;
	t.true(leave?.kind === "leave" && leave.joined === join?.id);
	t.is(await joined(core.context, place.channel.id, jane), undefined);
});

test("in the linked room of a timeline, posts of guests are ignored, and their replies and reactions are accepted", async (t) => {
	const chat = createFakeBridge("chat");
	const core = await openCore(t, [chat]);
	const jane = await core.person("jane");
	const timeline = await core.timeline(jane);
	await linked(core, chat, jane, timeline);
	const memo = await core.post(jane, timeline, "Hello");
	await core.settled();
	const alice = chat.guest("alice");
	const place = { kind: "room", room: "!room:x" } as const;
	const copy = chat.delivered.find((d) => d.kind === "message")?.id;
	const received = await core.incoming.receive(chat.name, [
		chat.message(alice, "$1", "I talk", { place, type: "message" }),
		chat.message(alice, "$2", "I reply", { place, type: "message", replyTo: { remote: `chat-copy-of-${copy}` } }),
		{ kind: "reaction", id: "$3", reaction: "$3", sender: alice, raw: {}, target: { remote: "$2" }, key: "❤" },
	]);
	t.deepEqual(
		received.map((r) => (r.status === "ignored" ? r.reason : r.status)),
		["not-owner", "accepted", "accepted"],
	);
	t.is((await core.context.store.get(messages, memo.id))?.doc.replies, 1);
});

test("unlinking a room is delivered to it once, and nothing else is afterwards", async (t) => {
	const chat = createFakeBridge("chat");
	const core = await openCore(t, [chat]);
	const jane = await core.person("jane");
	const place = await core.channel(jane, "public");
	await linked(core, chat, jane, place);
	const portal = await linkPortal(core.context, jane, place, {
		bridge: chat.name,
		reach: { bridge: chat.name, target: "!room:x", lane: "chat:!room:x" },
		consented: true,
	});
	await unlinkPortal(core.context, jane, portal.id);
	await unlinkPortal(core.context, jane, portal.id);
	await core.post(jane, place, "Hello");
	const [received] = await core.incoming.receive(chat.name, [
		chat.message(chat.guest("alice"), "$1", "Hi", { place: { kind: "room", room: "!room:x" } }),
	]);
	await core.settled();
	t.deepEqual(
		chat.delivered.map((d) => d.kind),
		["link", "unlink"],
	);
	t.deepEqual(received, { status: "ignored", reason: "unknown-place" });
	// The same room can be linked again.
	await linked(core, chat, jane, place);
	await core.post(jane, place, "Again");
	await core.settled();
	t.is(chat.delivered.at(-1)?.kind, "message");
});

test("when a remote account is deleted, its messages are deleted, and later ones are ignored", async (t) => {
	const [fedi, chat] = [createFakeBridge("fedi"), createFakeBridge("chat")];
	const core = await openCore(t, [fedi, chat]);
	const jane = await core.person("jane");
	const timeline = await core.timeline(jane);
	await linked(core, chat, jane, timeline);
	const memo = await core.post(jane, timeline, "Hello");
	const bob = fedi.person("bob");
	await core.incoming.receive(fedi.name, [
		followOf(bob, jane),
		fedi.message(bob, "reply", "Hi", { replyTo: { local: memo.id } }),
	]);
	await core.settled();
	await core.incoming.receive(fedi.name, [{ kind: "gone", id: "gone", sender: bob, raw: {} }]);
	await core.settled();
	t.truthy((await messageByRemote(core.context, fedi.name, "reply"))?.deletedAt);
	t.deepEqual(
		chat.delivered
			.slice(-2)
			.map((d) => d.kind)
			.sort(),
		["account-removal", "removal"],
	);
	t.deepEqual(
		await core.incoming.receive(fedi.name, [fedi.message(bob, "ghost", "Boo", { replyTo: { local: memo.id } })]),
		[{ status: "ignored", reason: "gone" }],
	);
});
