import test, { type ExecutionContext } from "ava";
import { messageByRemote } from "#core/bridging/find-message.ts";
import type { ParkedAmount, ParkedLimits } from "#core/bridging/incoming/parked-counts.ts";
import { parked } from "#core/bridging/incoming/parked-event.ts";
import { createParkedEvents } from "#core/bridging/incoming/parked-events.ts";
import { messages } from "#core/messages/message.ts";
import type { RemoteMessage, RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { remoteKey } from "#core/remote-key.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

test("the sweeper retries a parked event once, not in every round", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const parkedEvents = createParkedEvents(core.context);
	const bob = fedi.person("bob");
	const removal = (id: string) => ({ kind: "removal", id, sender: bob, raw: {}, target: { remote: "note" } }) as const;
	t.true(await parkedEvents.park(fedi.name, "fedi:note", removal("one")));
	t.deepEqual(parkedEvents.takeNewKeys(), ["fedi:note"]);
	// The sweeper processes it again, and it is parked again.
	t.true(await parkedEvents.park(fedi.name, "fedi:note", removal("one")));
	t.deepEqual(parkedEvents.takeNewKeys(), []);
	t.true(await parkedEvents.park(fedi.name, "fedi:note", removal("two")));
	t.deepEqual(parkedEvents.takeNewKeys(), ["fedi:note"]);
	t.is(parkedEvents.amount().rows, 2);
	// Another process, or this one after a restart, retries every parked event once.
	const next = createParkedEvents(core.context);
	await next.load();
	t.deepEqual(next.takeNewKeys(), ["fedi:note"]);
	t.deepEqual(next.takeNewKeys(), []);
});

const unlimited: ParkedAmount = { rows: 1e9, bytes: 1e9 };

/** A core whose waiting room has these limits. */
async function openRoom(t: ExecutionContext, limits: Partial<ParkedLimits> = {}) {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const dropped: string[] = [];
	const room = createParkedEvents(core.context, {
		limits: { all: unlimited, origin: unlimited, key: unlimited, ...limits },
		onDropped: (_bridge, scope) => void dropped.push(scope),
	});
	const like = (who: RemotePerson, id: string, of: string) =>
		({ kind: "reaction", id, reaction: id, sender: who, raw: {}, target: { remote: of }, key: "⭐" }) as const;
	const park = (who: RemotePerson, id: string, of = `parent of ${id}`, isWanted = false) =>
		room.park(fedi.name, remoteKey(fedi.name, of), like(who, id, of), { isWanted });
	const left = async () =>
		(await core.context.store.page(parked, { index: "expires", order: "asc", limit: 1_000 }))
			.toSorted((a, b) => a.doc.order - b.doc.order)
			.map(({ doc }) => doc.event.id);
	return { fedi, core, room, park, left, dropped };
}

test("a full waiting room drops the oldest events of strangers, and what comes next has a place", async (t) => {
	const { fedi, core, park, left, dropped } = await openRoom(t, { all: { rows: 3, bytes: 1e6 } });
	const carol = fedi.person("carol", "c.test");
	const bob = fedi.person("bob", "b.test");
	const jane = await core.person("jane");
	const target = { kind: "account", account: jane.id } as const;
	await core.incoming.receive(fedi.name, [{ kind: "join", id: "join", sender: bob, raw: {}, target }]);
	t.true(await park(bob, "of a follower"));
	for (let n = 1; n <= 6; n++) t.true(await park(fedi.person(`stranger${n}`, `host${n}.test`), `noise ${n}`));
	t.deepEqual(await left(), ["of a follower", "noise 5", "noise 6"]);
	t.true(await park(carol, "for us 1", "missing 1", true));
	t.true(await park(carol, "for us 2", "missing 2", true));
	t.deepEqual(await left(), ["of a follower", "for us 1", "for us 2"]);
	t.false(await park(fedi.person("late", "late.test"), "noise 7"), "it is worth less than all that is there");
	t.true(await park(carol, "for us 3", "missing 3", true));
	t.deepEqual(await left(), ["for us 1", "for us 2", "for us 3"]);
	t.false(await park(carol, "for us 4", "missing 4", true), "what is wanted is not dropped, but kept at once");
	t.deepEqual(
		dropped,
		Array.from({ length: 9 }, () => "all"),
	);
});

test("one server's flood is limited by rows and by bytes, and takes no place from another server", async (t) => {
	for (const origin of [
		{ rows: 4, bytes: 1e9 },
		{ rows: 1e9, bytes: 1_600 },
	]) {
		const { fedi, park, left, room } = await openRoom(t, { origin });
		const flood = (n: number) => fedi.person(`user${n}`, "flood.test");
		t.true(await park(fedi.person("carol", "c.test"), "like of carol"));
		const parking = Array.from({ length: 50 }, (_, n) => park(flood(n), `flood ${n}`));
		t.true((await Promise.all(parking)).some(Boolean));
		const ids = await left();
		t.is(ids[0], "like of carol");
		t.true(ids.length <= 5 && ids.length > 1, ids.join());
		t.is(room.amount().rows, ids.length);
	}
});

test("events behind one key are limited, and those of its own author still count", async (t) => {
	const { fedi, room, left, park, dropped } = await openRoom(t, { key: { rows: 300, bytes: 1e9 } });
	const bob = fedi.person("bob", "b.test");
	const key = remoteKey(fedi.name, "note");
	for (let n = 0; n < 250; n++) {
		const sender = fedi.person(`stranger${n}`, `host${n}.test`);
		await room.park(fedi.name, key, { kind: "removal", id: `r${n}`, sender, raw: {}, target: { remote: "note" } });
	}
	await room.park(fedi.name, key, { kind: "removal", id: "own", sender: bob, raw: {}, target: { remote: "note" } });
	t.deepEqual(
		(await room.undoing(key, remoteKey(fedi.name, bob.id))).map(({ doc }) => doc.event.id),
		["own"],
	);
	for (let n = 0; n < 60; n++) await park(fedi.person(`fan${n}`, "fans.test"), `like ${n}`, "note");
	t.is((await left()).length, 300);
	t.is(dropped.length, 11);
});

test("what expires or is released makes room, also after a restart", async (t) => {
	const { core, fedi, room, park } = await openRoom(t);
	for (let n = 0; n < 450; n++) await park(fedi.person("carol", "c.test"), `like ${n}`);
	const next = createParkedEvents(core.context);
	await next.load();
	t.deepEqual(next.amount(), room.amount());
	for await (const page of next.waitingFor(remoteKey(fedi.name, "parent of like 7")))
		for (const row of page) await next.release(row);
	t.is(next.amount().rows, 449);
	core.clock.time += 25 * 3_600_000;
	await next.expire();
	t.deepEqual(next.amount(), { rows: 0, bytes: 0 });
	t.is((await core.context.store.page(parked, { order: "asc", limit: 10 })).length, 0);
});

test("all replies that wait for one parent are received when it comes, even those that came in one millisecond", async (t) => {
	const { fedi, core } = await openRoom(t);
	const jane = await core.person("jane");
	const [bob, carol] = [fedi.person("bob"), fedi.person("carol", "c.test")];
	const replyTo = { replyTo: { remote: "root" } };
	const replies: RemoteMessage[] = Array.from({ length: 650 }, (_, n) => {
		const mentions = n % 2 === 0 ? [jane.id] : [];
		return fedi.message(n % 3 === 0 ? bob : carol, `reply ${n}`, `text ${n}`, { ...replyTo, mentions });
	});
	await core.incoming.receive(fedi.name, replies);
	await core.incoming.receive(fedi.name, [fedi.message(carol, "root", "@jane the root", { mentions: [jane.id] })]);
	await core.settled();
	const root = await messageByRemote(core.context, fedi.name, "root");
	t.is(root?.replies, 650);
	t.is((await core.context.store.page(parked, { order: "asc", limit: 10 })).length, 0);
	t.is(await core.context.store.count(messages, "replies", [root?.id ?? ""]), 650);
});
