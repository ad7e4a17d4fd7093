import test, { type ExecutionContext } from "ava";
import { joinChannel } from "#core/access/join-channel.ts";
import { createBridgeHost } from "#core/bridging/host/host.ts";
import { changePortal } from "#core/bridging/portals/change-portal.ts";
import { linkPortal } from "#core/bridging/portals/link-portal.ts";
import { bridgeState } from "#core/bridging/state.ts";
import { Unavailable } from "#core/errors.ts";
import { createPausedLanes } from "#core/events/paused-lanes.ts";
import { channels } from "#core/groups/channel.ts";
import { memberships } from "#core/groups/membership.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import { builtInTiers } from "#core/model/tier.ts";
import type { BridgeHost } from "#core/ports/bridge/host.ts";
import type { RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { StoreUnavailable } from "#core/ports/store.ts";
import { createHttpClient } from "../../../src/outbound/http-client.ts";
import { createSocketClient } from "../../../src/outbound/socket.ts";
import { type Core, openCore } from "../../support/core.ts";
import { createFakeBridge, type FakeBridge } from "../../support/fake-bridge.ts";
import { testVault } from "../../support/identity.ts";

interface Hosted {
	readonly core: Core;
	readonly fedi: FakeBridge;
	readonly host: BridgeHost;
}

async function openHosted(t: ExecutionContext): Promise<Hosted> {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const host = createBridgeHost({
		pausedLanes: createPausedLanes(core.context),
		bridge: fedi.name,
		context: core.context,
		incoming: () => core.incoming,
		http: createHttpClient({ userAgent: "test" }),
		socket: createSocketClient({ allow: [], deny: [], insecureLocalhost: false }),
		sealing: testVault(),
		authorizedFetch: false,
		instance: { name: "Test", description: "", version: "0", openRegistration: false },
		limits: { bodyBytes: 1, jsonDepth: 1, jsonNodes: 1 },
		report() {},
	});
	return { core, fedi, host };
}

const joinOf = (sender: RemotePerson, account: string) =>
	({
		kind: "join",
		id: `${sender.id}#follow`,
		sender,
		raw: {},
		target: { kind: "account", account: account as never },
	}) as const;

test("a bridge sees only the channels and messages that anyone can read", async (t) => {
	const { core, host } = await openHosted(t);
	const jane = await core.person("jane");
	for (const { id: tier, rules } of builtInTiers) {
		const place = await core.channel(jane, tier, tier);
		const message = await core.post(jane, place, "Hello");
		const event = `${message.channel}/${message.seq}`;
		const isOpen = rules.read === "anyone";
		const seen = [
			await host.messages.openChannel(place.channel.id),
			await host.messages.openChannelByHandle(place.channel.handle ?? place.channel.id),
			await host.messages.openMessage(message.id),
			await host.messages.openEvent(event),
			(await host.messages.openMessages(place.channel.id, { limit: 5 })).items[0],
		].map((found) => found !== undefined);
		t.deepEqual(
			seen,
			Array.from({ length: 5 }, () => isOpen),
			tier,
		);
		await core.post(jane, place, "And?", { replyTo: message.id });
		t.is((await host.messages.openReplies(message.id, { limit: 5 })).items.length, isOpen ? 1 : 0, tier);
	}
});

test("a channel's messages are counted without deleted ones, a timeline's without the replies of others", async (t) => {
	const { core, host } = await openHosted(t);
	const [jane, joe] = [await core.person("jane"), await core.person("joe")];
	for (const [place, counted] of [
		[await core.timeline(jane), 2],
		[await core.channel(jane, "discoverable"), 3],
	] as const) {
		const memo = await core.post(jane, place, "Hello");
		await core.post(jane, place, "To myself", { replyTo: memo.id });
		await joinChannel(core.context, place, joe);
		const answer = await core.post(joe, place, "Of another", { replyTo: memo.id });
		const spoken = await core.post(jane, place, "Deleted");
		t.is(await host.messages.count(place.channel.id), counted + 1);
		await deleteMessage(core.context, jane, place, spoken);
		t.is(await host.messages.count(place.channel.id), counted, answer.id);
	}
});

test("a message comes with its author, parent and mentions; a deleted one is a tombstone", async (t) => {
	const { core, host } = await openHosted(t);
	const jane = await core.person("jane");
	await core.person("joe");
	const place = await core.channel(jane, "public");
	const parent = await core.post(jane, place, "Hello");
	const reply = await core.post(jane, place, "@joe, look", { replyTo: parent.id });
	const seen = await host.messages.openMessage(reply.id);
	t.is(seen?.author.id, jane.id);
	t.is(seen?.parent?.message.id, parent.id);
	t.deepEqual(
		seen?.mentions.map(({ handle }) => handle),
		["joe"],
	);
	t.is(seen?.group.id, place.group.id);
	await deleteMessage(core.context, jane, place, parent);
	t.truthy((await host.messages.openMessage(parent.id))?.message.deletedAt);
});

test("lists are paginated with each item once, and an invalid cursor gives an empty page", async (t) => {
	const { core, host, fedi } = await openHosted(t);
	const jane = await core.person("jane");
	const timeline = await core.timeline(jane);
	const names = ["a", "b", "c", "d", "e"];
	for (const name of names) {
		core.clock.time++;
		await core.incoming.receive(fedi.name, [joinOf(fedi.person(name), jane.id)]);
		await core.post(jane, timeline, name);
	}
	const members: string[] = [];
	for (let after: string | undefined, more = true; more; ) {
		const page = await host.people.members(jane.timeline, { limit: 2, ...(after === undefined ? {} : { after }) });
		members.push(...page.items.map(({ handle }) => handle));
		after = page.next;
		more = after !== undefined;
	}
	t.deepEqual(members.toSorted(), names);
	t.is(await host.people.memberCount(jane.timeline), names.length);
	const texts: string[] = [];
	for (let before: string | undefined, more = true; more; ) {
		const page = await host.messages.openMessages(jane.timeline, {
			limit: 2,
			...(before === undefined ? {} : { before }),
		});
		texts.push(...page.items.map(({ content }) => content.text));
		before = page.next;
		more = before !== undefined;
	}
	t.deepEqual(texts, names.toReversed());
	t.is(await host.messages.count(jane.timeline), names.length);
	t.like(await host.people.usage(), { users: 1, posts: names.length, activeMonth: 1 }, "remote people are not counted");
	for (const after of ["", ",", "x,y", "1e999,usr", "5,../x", "NaN,a"])
		t.deepEqual(await host.people.members(jane.timeline, { limit: 2, after }), { items: [] }, after);
});

test("the number of people that an account follows, and the pages that list them, tell nothing of the channels that it is in", async (t) => {
	const { core, host, fedi } = await openHosted(t);
	const jane = await core.person("jane");
	const followed: string[] = [];
	for (let i = 0; i < 4; i++) {
		core.clock.time++;
		for (const { id: tier } of builtInTiers) await core.channel(jane, tier, `${tier}-${i}`);
		const owner = i % 2 === 0 ? await core.person(`p${i}`) : await core.shadows.of(fedi.name, fedi.person(`p${i}`));
		core.clock.time++;
		await joinChannel(core.context, await core.timeline(owner, jane), jane);
		const asked = await core.context.store.get(memberships, `${owner.timeline}/${jane.id}`);
		if (asked?.doc.state === "requested") {
			const answer = { kind: "answer", accepted: true, id: `${i}`, raw: {}, account: jane.id } as const;
			await core.incoming.receive(fedi.name, [{ ...answer, sender: fedi.person(`p${i}`) }]);
		}
		followed.push(owner.handle);
	}
	for (let i = 0; i < 3; i++) await core.channel(jane, "private", `last-${i}`);
	const pages: (readonly string[])[] = [];
	for (let after: string | undefined, more = true; more; ) {
		const page = await host.people.following(jane.id, { limit: 2, ...(after === undefined ? {} : { after }) });
		pages.push(page.items.map(({ handle }) => handle));
		after = page.next;
		more = after !== undefined;
		if (after !== undefined) {
			const channel = (await core.context.store.get(channels, after.split(",")[1] ?? ""))?.doc;
			t.not(channel?.kind, "room", "a cursor names no channel of a group");
		}
	}
	t.deepEqual(pages, [followed.slice(0, 2), followed.slice(2), []]);
	t.is(await host.people.followingCount(jane.id), followed.length);
});

test("people are found by handle and by their remote id", async (t) => {
	const { core, host, fedi } = await openHosted(t);
	const jane = await core.person("jane");
	const bob = fedi.person("bob");
	await core.incoming.receive(fedi.name, [joinOf(bob, jane.id)]);
	t.is((await host.people.byHandle("jane", host.about.domain))?.id, jane.id);
	const shadow = await host.people.byRemote(bob.id);
	t.is(shadow?.handle, "bob");
	t.is((await host.people.account(shadow?.id ?? jane.id))?.domain, "fedi.test");
	t.is(await host.people.byRemote("https://fedi.test/users/carol"), undefined);
});

test("a bridge sees only the links to its own rooms", async (t) => {
	const { core, host, fedi } = await openHosted(t);
	const jane = await core.person("jane");
	const link = async (bridge: FakeBridge, room: string) => {
		const place = await core.channel(jane, "public", room);
		const reach = { bridge: bridge.name, target: room, lane: `${bridge.name}:${room}` };
		return linkPortal(core.context, jane, place, { bridge: bridge.name, reach, consented: true });
	};
	const portal = await link(fedi, "one");
	await link(createFakeBridge("other"), "two");
	t.deepEqual(
		(await host.portals.all()).map(({ room, state }) => [room, state]),
		[["one", "waiting"]],
	);
	await changePortal(core.context, portal.id, "active");
	t.is((await host.portals.byRoom("one"))?.state, "active");
	t.is(await host.portals.byRoom("two"), undefined);
});

test("secrets of a bridge are encrypted in the store, and its state is not", async (t) => {
	const { core, host } = await openHosted(t);
	await host.secrets.set("key", { pem: "a private key" });
	await host.state.set("key", { place: "a public place" });
	t.deepEqual(await host.secrets.get("key"), { pem: "a private key" });
	t.deepEqual(await host.state.get("key"), { place: "a public place" });
	const stored = JSON.stringify(await core.context.store.page(bridgeState, { order: "asc", limit: 10 }));
	t.false(stored.includes("a private key"));
	t.true(stored.includes("a public place"));
});

test("while the store is unavailable, receiving fails with an error that makes the sender retry", async (t) => {
	const { host, core, fedi } = await openHosted(t);
	const jane = await core.person("jane");
	t.deepEqual(await host.receive([joinOf(fedi.person("bob"), jane.id)]), [{ status: "accepted" }]);
	const broken = createBridgeHost({
		pausedLanes: createPausedLanes(core.context),
		bridge: fedi.name,
		context: core.context,
		incoming: () => ({
			...core.incoming,
			receive: async () => {
				throw new StoreUnavailable("away");
			},
		}),
		http: host.http,
		socket: host.socket,
		sealing: testVault(),
		instance: host.about.instance,
		authorizedFetch: false,
		limits: host.limits,
		report: host.report,
	});
	await t.throwsAsync(broken.receive([]), { instanceOf: Unavailable });
});
