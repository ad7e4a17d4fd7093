import test, { type ExecutionContext } from "ava";
import { accountByRemote } from "#core/accounts/find-account.ts";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { followReference } from "#core/bridging/follow.ts";
import { parentLane } from "#core/bridging/incoming/missing-parents.ts";
import { createParkedEvents } from "#core/bridging/incoming/parked-events.ts";
import { Unavailable } from "#core/errors.ts";
import { homeTimeline } from "#core/messages/home-timeline.ts";
import type { Account } from "#core/model/account.ts";
import type { RemoteMessage, RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { remoteKey } from "#core/remote-key.ts";
import { buildBridging } from "../../../src/gateway/bridging.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

async function open(t: ExecutionContext) {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const [bob, carol] = [fedi.person("bob"), fedi.person("carol", "c.test")];
	const mentions = { mentions: [jane.id] };
	const receive = async (...events: RemoteMessage[]) => {
		const received = await core.incoming.receive(fedi.name, events);
		await core.settled();
		return received.map(({ status }) => status);
	};
	/** Time passes until the parent with this id is given up. */
	const giveUp = async (id: string) => {
		core.clock.time += 20_000;
		await core.incoming.findParent(remoteKey(fedi.name, id));
	};
	const kept = (id: string) => messageByRemote(core.context, fedi.name, id);
	/** Publishes a message on its own server. */
	const publish = (sender: RemotePerson, id: string, rest: Partial<RemoteMessage> = {}) =>
		fedi.readable.set(id, fedi.message(sender, id, `text of ${id}`, rest));
	const follow = async (person: RemotePerson) => {
		const dependencies = { bridges: () => [fedi], shadows: core.shadows };
		await followReference(core.context, dependencies, jane, `${person.handle}@${person.domain}`);
		const answer = { kind: "answer", id: `accept ${person.id}`, sender: person, raw: {}, account: jane.id } as const;
		await core.incoming.receive(fedi.name, [{ ...answer, accepted: true }]);
	};
	return { fedi, core, jane, bob, carol, mentions, receive, kept, publish, follow, giveUp };
}

const above = (remote: string) => ({ replyTo: { remote } });

test("the missing parents of a message that mentions one of ours are read from their server, and the thread is whole", async (t) => {
	const { fedi, bob, carol, mentions, receive, kept, publish } = await open(t);
	publish(carol, "root");
	publish(bob, "middle", above("root"));
	t.deepEqual(await receive(fedi.message(carol, "leaf", "@jane look", { ...above("middle"), ...mentions })), [
		"parked",
	]);
	const [root, middle, leaf] = await Promise.all(["root", "middle", "leaf"].map(kept));
	t.is(middle?.reply?.to, root?.id);
	t.is(leaf?.reply?.to, middle?.id);
	t.is(leaf?.channel, root?.channel);
	t.deepEqual(fedi.asked, ["middle", "root"]);
	t.is(root?.replies, 1);
});

test("the second part of a followed person's thread arrives with its first part", async (t) => {
	const { fedi, core, jane, bob, receive, kept, publish, follow } = await open(t);
	await follow(bob);
	publish(bob, "1/2");
	await receive(fedi.message(bob, "2/2", "and so on", above("1/2")));
	t.is((await kept("2/2"))?.reply?.to, (await kept("1/2"))?.id);
	const home = await homeTimeline(core.context, jane, { limit: 10 });
	t.deepEqual(home.map(({ message: { origin } }) => origin?.id).sort(), ["1/2", "2/2"]);
});

test("a parent that can't be had does not lose its reply, which names it", async (t) => {
	const { fedi, bob, carol, mentions, receive, kept, publish, follow, giveUp } = await open(t);
	await receive(fedi.message(carol, "to jane", "@jane?", { ...above("nowhere"), ...mentions }));
	// It may be on its way.
	t.is(await kept("to jane"), undefined);
	await giveUp("nowhere");
	t.like(await kept("to jane"), {
		replyToUnknown: "nowhere",
		content: { text: "@jane?" },
		mentions: mentions.mentions,
	});
	t.is((await kept("to jane"))?.reply, undefined);
	await follow(bob);
	const followersOnly = { place: { kind: "followers" } } as const;
	await receive(fedi.message(bob, "for followers", "hm", { ...above("secret"), ...followersOnly }));
	await giveUp("secret");
	t.is((await kept("for followers"))?.replyToUnknown, "secret");
	// Of a thread whose beginning is gone, the rest is kept.
	publish(carol, "second", above("gone"));
	await receive(fedi.message(bob, "third", "and", above("second")));
	t.is((await kept("third"))?.reply?.to, (await kept("second"))?.id);
	t.is((await kept("second"))?.replyToUnknown, "gone");
});

test("nothing is read for replies that concern no local account", async (t) => {
	const { fedi, carol, receive, kept, publish } = await open(t);
	publish(carol, "root");
	t.deepEqual(await receive(fedi.message(carol, "noise", "to strangers", above("root"))), ["parked"]);
	t.deepEqual(fedi.asked, []);
	t.is(await kept("noise"), undefined);
});

test("at most 20 ancestors are read, and a circle of replies ends", async (t) => {
	const { fedi, carol, mentions, receive, kept, publish } = await open(t);
	for (let n = 0; n < 40; n++) publish(carol, `deep ${n}`, n === 0 ? {} : above(`deep ${n - 1}`));
	await receive(fedi.message(carol, "leaf", "@jane", { ...above("deep 39"), ...mentions }));
	t.is(fedi.asked.length, 20);
	t.is((await kept("leaf"))?.reply?.to, (await kept("deep 39"))?.id);
	t.is((await kept("deep 20"))?.replyToUnknown, "deep 19");
	t.is(await kept("deep 19"), undefined);
	publish(carol, "a", above("b"));
	publish(carol, "b", above("a"));
	await receive(fedi.message(carol, "dizzy", "@jane", { ...above("a"), ...mentions }));
	t.is((await kept("dizzy"))?.reply?.to, (await kept("a"))?.id);
});

test("a reply that names its parent by another address is put below the parent's own id", async (t) => {
	const { fedi, carol, bob, mentions, receive, kept } = await open(t);
	fedi.readable.set("page of root", fedi.message(carol, "root", "root"));
	fedi.readable.set("page of middle", fedi.message(bob, "middle", "middle", above("page of root")));
	await receive(fedi.message(carol, "leaf", "@jane", { ...above("page of middle"), ...mentions }));
	t.is((await kept("leaf"))?.reply?.to, (await kept("middle"))?.id);
	t.is((await kept("middle"))?.reply?.to, (await kept("root"))?.id);
	// The next one by the same address finds what is here already.
	await receive(fedi.message(carol, "leaf 2", "@jane", { ...above("page of root"), ...mentions }));
	t.is((await kept("leaf 2"))?.reply?.to, (await kept("root"))?.id);
});

test("a parent whose server can't answer is asked for again, and the reply is kept in the end", async (t) => {
	const { fedi, core, carol, mentions, receive, kept, publish } = await open(t);
	const key = remoteKey(fedi.name, "root");
	for (const id of ["lucky", "unlucky"]) {
		fedi.readable.set("root", new Unavailable());
		await receive(fedi.message(carol, id, "@jane", { ...above("root"), ...mentions }));
		t.is(await kept(id), undefined);
		if (id === "lucky") {
			core.clock.time += 60_000;
			await core.incoming.findParent(key);
			t.is((await kept("lucky"))?.replyToUnknown, "root");
			continue;
		}
		core.clock.time += 5_000;
		t.true(((await core.incoming.findParent(key)) ?? 0) > core.clock.time);
		publish(carol, "root");
		t.is(await core.incoming.findParent(key), undefined);
		t.is((await kept("unlucky"))?.reply?.to, (await kept("root"))?.id);
	}
});

test("a parent that arrives by itself meanwhile takes its replies, once each", async (t) => {
	const { fedi, carol, mentions, receive, kept } = await open(t);
	fedi.readable.set("root", new Unavailable());
	const leaf = fedi.message(carol, "leaf", "@jane", { ...above("root"), ...mentions });
	t.deepEqual(await receive(leaf, leaf), ["parked", "parked"]);
	await receive(fedi.message(carol, "root", "@jane root", mentions));
	t.is((await kept("leaf"))?.reply?.to, (await kept("root"))?.id);
	t.is((await kept("root"))?.replies, 1);
	t.deepEqual(await receive(leaf), ["duplicate"]);
});

test("a mention in a reply to a message of ours that does not exist is kept, and nothing is asked for it", async (t) => {
	const { fedi, jane, core, carol, mentions, receive, kept } = await open(t);
	const memo = await core.post(jane, await core.timeline(jane), "Hello");
	const missing = memo.id.replace(/.$/, (last) => (last === "0" ? "1" : "0")) as typeof memo.id;
	const reply = { replyTo: { local: missing } };
	t.deepEqual(await receive(fedi.message(carol, "hi", "@jane", { ...reply, ...mentions })), ["accepted"]);
	t.truthy(await kept("hi"));
	t.deepEqual(await receive(fedi.message(carol, "noise", "to strangers", reply)), ["ignored"]);
	t.deepEqual(fedi.asked, []);
});

test("replies that overtake their parent, which its server shows to no one, find it when it arrives", async (t) => {
	const { fedi, bob, core, receive, kept, follow } = await open(t);
	await follow(bob);
	const followersOnly = { place: { kind: "followers" } } as const;
	await receive(fedi.message(bob, "2/2", "and so on", { ...above("1/2"), ...followersOnly }));
	core.clock.time += 1_000;
	await receive(fedi.message(bob, "1/2", "once upon a time", followersOnly));
	t.is((await kept("2/2"))?.reply?.to, (await kept("1/2"))?.id);
});

test("after a restart, the parents of replies that wait are looked for, and not those of an earlier version", async (t) => {
	const { fedi, core, carol, mentions, kept } = await open(t);
	const later = createParkedEvents(core.context);
	const reply = (id: string, parent: string) => fedi.message(carol, id, "@jane", { ...above(parent), ...mentions });
	await later.park(fedi.name, remoteKey(fedi.name, "root"), reply("new", "root"), { isWanted: true });
	await later.park(fedi.name, remoteKey(fedi.name, "old root"), reply("old", "old root"));
	// As at the start of a process.
	const woken: string[] = [];
	const lanes = { wake: (lane: string) => void woken.push(lane) };
	const { incoming, parkedEvents } = buildBridging(
		core.context,
		() => [fedi],
		() => lanes,
	);
	await parkedEvents.load();
	await incoming.sweep();
	t.deepEqual(woken, [parentLane(remoteKey(fedi.name, "root"))]);
	t.is(await kept("new"), undefined);
	core.clock.time += 60_000;
	await incoming.findParent(remoteKey(fedi.name, "root"));
	t.is((await kept("new"))?.replyToUnknown, "root");
	t.is(await incoming.findParent(remoteKey(fedi.name, "old root")), undefined);
	t.is(await kept("old"), undefined);
});

test("a parked reply does not bring back what its sender said about themself before", async (t) => {
	const { fedi, core, carol, mentions, receive, kept } = await open(t);
	fedi.readable.set("root", new Unavailable());
	await receive(fedi.message(carol, "leaf", "@jane", { ...above("root"), ...mentions }));
	const unwilling = { ...carol, profile: { displayName: "Carol" }, bridgeable: false };
	await core.incoming.receive(fedi.name, [{ kind: "profile", id: "update", sender: unwilling, raw: {} }]);
	core.clock.time += 60_000;
	await core.incoming.findParent(remoteKey(fedi.name, "root"));
	t.truthy(await kept("leaf"));
	const account = (await accountByRemote(core.context, fedi.name, carol.id)) as Account;
	t.false(account.bridgeable);
	t.is(account.profile.displayName, "Carol");
});
