import test, { type ExecutionContext } from "ava";
import { follow, joinChannel } from "#core/access/join-channel.ts";
import { readableById } from "#core/access/readable-place.ts";
import { changePortal } from "#core/bridging/portals/change-portal.ts";
import { linkPortal } from "#core/bridging/portals/link-portal.ts";
import { appendAccountDeletion } from "#core/erasure/delete-account.ts";
import { changeProfile } from "#core/groups/change-profile.ts";
import { messages } from "#core/messages/message.ts";
import type { Account } from "#core/model/account.ts";
import type { Reach } from "#core/model/reach.ts";
import type { RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { openCore } from "../../../support/core.ts";
import { createFakeBridge, type FakeBridge } from "../../../support/fake-bridge.ts";

const roomOf = (chat: FakeBridge, room: string): Reach => ({ bridge: chat.name, target: room, lane: `chat:${room}` });
const inboxOf = (host: string) => `https://${host}.test/inbox`;

async function open(t: ExecutionContext) {
	const fedi = createFakeBridge("fedi");
	const rooms = new Map<string, readonly Reach[]>();
	const chat: FakeBridge = {
		...createFakeBridge("chat", { rooms: true }),
		roomsOf: async (account) => rooms.get(account.handle) ?? [],
	};
	const core = await openCore(t, [fedi, chat]);
	const [jane, joe] = [await core.person("jane"), await core.person("joe")];
	const join = (person: RemotePerson, account: Account) =>
		({
			kind: "join",
			id: `${person.id} follows ${account.handle}`,
			sender: person,
			raw: {},
			target: { kind: "account", account: account.id },
		}) as const;
	const leave = (person: RemotePerson, account: Account) =>
		({ ...join(person, account), kind: "leave", id: `${person.id} leaves` }) as const;
	const receive = (...events: Parameters<typeof core.incoming.receive>[1]) => core.incoming.receive(fedi.name, events);
	return { core, fedi, chat, rooms, jane, joe, join, leave, receive };
}

type Scene = Awaited<ReturnType<typeof open>>;

/** The ways in which a host or room gets something of jane. Each resolves with the targets that have it. */
const ways: Readonly<Record<string, (scene: Scene) => Promise<readonly string[]>>> = {
	"who follows her": async ({ fedi, jane, join, receive }) => {
		await receive(join(fedi.person("a", "a.test"), jane));
		return [inboxOf("a")];
	},
	"who has followed her": async ({ fedi, jane, join, leave, receive }) => {
		const a = fedi.person("a", "a.test");
		await receive(join(a, jane), leave(a, jane));
		return [inboxOf("a")];
	},
	"who is followed by her": async ({ core, fedi, jane }) => {
		const shadow = await core.shadows.of(fedi.name, fedi.person("a", "a.test"));
		await follow(core.context, await core.timeline(shadow, jane), jane);
		return [inboxOf("a")];
	},
	"who was mentioned": async ({ core, fedi, jane }) => {
		await core.shadows.of(fedi.name, fedi.person("a", "a.test"));
		await core.post(jane, await core.timeline(jane), "@a@a.test, hello");
		return [inboxOf("a")];
	},
	"who answered her": async ({ core, fedi, jane, receive }) => {
		const memo = await core.post(jane, await core.timeline(jane), "A question");
		await receive(fedi.message(fedi.person("a", "a.test"), "reply", "An answer", { replyTo: { local: memo.id } }));
		return [inboxOf("a")];
	},
	"who reacted to her": async ({ core, fedi, jane, receive }) => {
		const memo = await core.post(jane, await core.timeline(jane), "A question");
		const sender = fedi.person("a", "a.test");
		await receive({
			kind: "reaction",
			id: "like",
			reaction: "like",
			sender,
			raw: {},
			target: { local: memo.id },
			key: "👍",
		});
		return [inboxOf("a")];
	},
	"who follows where she answered": async ({ core, fedi, jane, joe, join, receive }) => {
		await receive(join(fedi.person("a", "a.test"), joe));
		const memo = await core.post(joe, await core.timeline(joe), "A question");
		await core.post(jane, await core.timeline(joe, jane), "An answer", { replyTo: memo.id });
		return [inboxOf("a")];
	},
	"who was answered at home": async ({ core, fedi, jane, receive }) => {
		const sender = fedi.person("a", "a.test");
		const [received] = await receive(fedi.message(sender, "note", "Hello", { mentions: [jane.id] }));
		const id = received?.status === "accepted" ? received.message : undefined;
		const note = id && (await core.context.store.get(messages, id))?.doc;
		const place = note && (await readableById(core.context, note.channel, jane));
		if (!note || !place) throw new Error("The note was not received");
		await core.post(jane, place, "An answer", { replyTo: note.id });
		return [inboxOf("a")];
	},
	"the room of a channel where she spoke": async ({ core, chat, jane, joe }) => {
		const place = await core.channel(joe, "public");
		const reach = roomOf(chat, "!one");
		const portal = await linkPortal(core.context, joe, place, { bridge: chat.name, reach, consented: true });
		await changePortal(core.context, portal.id, "active");
		const channel = await readableById(core.context, place.channel.id, jane);
		if (channel === undefined) throw new Error("The channel can't be read");
		await joinChannel(core.context, channel, jane);
		await core.post(jane, place, "Hello");
		return ["!one"];
	},
	"a room that her ghost is in": async ({ chat, rooms }) => {
		rooms.set("jane", [roomOf(chat, "!two")]);
		return ["!two"];
	},
};

for (const [name, way] of Object.entries(ways)) {
	test(`the deletion of an account is told to ${name}`, async (t) => {
		const scene = await open(t);
		const { core, fedi, chat, jane } = scene;
		const having = await way(scene);
		await core.settled();
		for (const network of [fedi, chat]) network.delivered.length = 0;
		await appendAccountDeletion(core.context, jane);
		await core.settled();
		const told = [...fedi.delivered, ...chat.delivered].filter(({ kind }) => kind === "account-removal");
		t.deepEqual(
			told.map(({ reach }) => reach.target),
			having,
		);
		t.true(told.every(({ actor }) => actor.id === jane.id));
	});
}

test("the deletion of an account is told to every target once, and to none that has nothing of it", async (t) => {
	const { core, fedi, chat, jane, joe, join, receive } = await open(t);
	await receive(join(fedi.person("a", "a.test"), jane), join(fedi.person("b", "b.test"), joe));
	for (let i = 0; i < 5; i++) await core.post(jane, await core.timeline(jane), `${i}`);
	await core.settled();
	fedi.delivered.length = 0;
	await appendAccountDeletion(core.context, jane);
	await core.settled();
	t.deepEqual(
		[...fedi.delivered, ...chat.delivered].filter(({ kind }) => kind === "account-removal").map((d) => d.reach.target),
		[inboxOf("a")],
	);
	t.is(fedi.delivered.filter(({ kind }) => kind === "removal").length, 5);
});

test("a new name is told to the followers and in the rooms that the ghost is in", async (t) => {
	const { core, fedi, chat, rooms, jane, join, receive } = await open(t);
	await receive(join(fedi.person("a", "a.test"), jane));
	rooms.set("jane", [roomOf(chat, "!one"), roomOf(chat, "!two")]);
	await core.settled();
	fedi.delivered.length = 0;
	await changeProfile(core.context, jane, { displayName: "Jane Doe" });
	await core.settled();
	t.deepEqual([...fedi.delivered, ...chat.delivered].map(({ kind, reach }) => `${kind} ${reach.target}`).sort(), [
		"profile !one",
		"profile !two",
		`profile ${inboxOf("a")}`,
	]);
});
