import test, { type ExecutionContext } from "ava";
import { listDeadLetters } from "#core/bridging/outgoing/dead-letters.ts";
import { changePortal } from "#core/bridging/portals/change-portal.ts";
import { linkPortal, unlinkPortal } from "#core/bridging/portals/link-portal.ts";
import { changeMembership } from "#core/groups/membership-change.ts";
import { type Place, placeOf } from "#core/groups/place.ts";
import { tiers } from "#core/groups/tiers.ts";
import type { ChannelId } from "#core/ids.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import { editMessage } from "#core/messages/edit-message.ts";
import type { Account } from "#core/model/account.ts";
import type { Message } from "#core/model/message.ts";
import type { Portal } from "#core/model/portal.ts";
import { builtInTiers } from "#core/model/tier.ts";
import type { Delivery } from "#core/ports/bridge/delivery.ts";
import type { RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { react, unreact } from "#core/reactions/react.ts";
import { type Core, openCore } from "../../../support/core.ts";
import { createFakeBridge, type FakeBridge } from "../../../support/fake-bridge.ts";

/** Jane's timeline, followed by bob and linked to the room `!one`, and a memo that went to both and to carol, whom it mentions. */
interface Scene {
	readonly core: Core;
	readonly fedi: FakeBridge;
	readonly chat: FakeBridge;
	readonly jane: Account;
	readonly bob: RemotePerson;
	readonly place: Place;
	readonly portal: Portal;
	readonly memo: Message;
}

const roomReach = (chat: FakeBridge, room: string) => ({ bridge: chat.name, target: room, lane: `chat:${room}` });

async function link({ core, chat, jane, place }: Pick<Scene, "core" | "chat" | "jane" | "place">, room: string) {
	const reach = roomReach(chat, room);
	const portal = await linkPortal(core.context, jane, place, { bridge: chat.name, reach, consented: true });
	await changePortal(core.context, portal.id, "active");
	await core.settled();
	return portal;
}

const follow = (person: RemotePerson, account: Account) =>
	({
		kind: "join",
		id: `${person.id} follows`,
		sender: person,
		raw: {},
		target: { kind: "account", account: account.id },
	}) as const;
const unfollow = (person: RemotePerson, account: Account) =>
	({ ...follow(person, account), kind: "leave", id: `${person.id} leaves` }) as const;

async function open(t: ExecutionContext): Promise<Scene> {
	const [fedi, chat] = [createFakeBridge("fedi"), createFakeBridge("chat", { rooms: true })];
	const core = await openCore(t, [fedi, chat]);
	const jane = await core.person("jane");
	const place = await core.timeline(jane);
	const [bob, carol] = [fedi.person("bob", "b.test"), fedi.person("carol", "c.test")];
	await core.shadows.of(fedi.name, carol);
	await core.incoming.receive(fedi.name, [follow(bob, jane)]);
	const portal = await link({ core, chat, jane, place }, "!one");
	const memo = await core.post(jane, place, "A secret for @carol@c.test");
	await core.settled();
	for (const network of [fedi, chat]) network.delivered.length = 0;
	return { core, fedi, chat, jane, bob, place, portal, memo };
}

const b = "https://b.test/inbox";
const c = "https://c.test/inbox";

/** What happens between a memo and its deletion. None of it takes the memo away from anyone. */
const meanwhile: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
	"nothing else": async () => {},
	"the follower has left": ({ core, fedi, bob, jane }) => core.incoming.receive(fedi.name, [unfollow(bob, jane)]),
	"the follower was removed": async ({ core, fedi, bob, jane, place }) =>
		changeMembership(
			core.context,
			place.channel.id,
			await core.shadows.of(fedi.name, bob),
			() => ({ state: "denied" }),
			{ actor: jane },
		),
	"the room was unlinked": ({ core, jane, portal }) => unlinkPortal(core.context, jane, portal.id),
	"the bot was removed from the room": ({ core, portal }) =>
		changePortal(core.context, portal.id, "degraded", "the bot was removed from the room"),
	"the consent of the room was lost": ({ core, portal }) => changePortal(core.context, portal.id, "waiting"),
	"the channel was linked to another room": async (scene) => {
		await unlinkPortal(scene.core.context, scene.jane, scene.portal.id);
		await link(scene, "!two");
	},
	"an edit has removed the mention": ({ core, jane, memo }) =>
		editMessage(core.context, jane, memo, { content: { text: "Nothing" } }),
	"the memo was edited twice since it mentioned her": async ({ core, jane, memo }) => {
		const edited = await editMessage(core.context, jane, memo, { content: { text: "Nothing" } });
		await editMessage(core.context, jane, edited, { content: { text: "Nothing at all" } });
	},
	"the tier was narrowed to private": ({ core }) => narrow(core, 0),
	"the tier was narrowed to members": ({ core }) => narrow(core, 2),
};

async function narrow({ context }: Core, to: 0 | 2): Promise<void> {
	const doc = { ...builtInTiers[4], rules: builtInTiers[to].rules };
	await context.store.insertMissing(tiers, [{ id: "discoverable", doc }]);
}

const removals = ({ delivered }: FakeBridge) =>
	delivered.filter((d): d is Delivery & { kind: "removal" } => d.kind === "removal");
const targets = (deliveries: readonly Delivery[]) => deliveries.map(({ reach }) => reach.target).sort();

for (const [name, happens] of Object.entries(meanwhile)) {
	test(`a deletion goes to every host and room that has the memo after this: ${name}`, async (t) => {
		const scene = await open(t);
		const { core, fedi, chat, jane, place, memo } = scene;
		await happens(scene);
		await core.settled();
		for (const network of [fedi, chat]) network.delivered.length = 0;
		await deleteMessage(core.context, jane, place, memo);
		await core.settled();
		t.deepEqual(targets(removals(fedi)), [b, c]);
		const named = removals(chat).filter(({ subject }) => subject.remote.length > 0);
		t.deepEqual(
			named.map(({ reach }) => reach.target),
			["!one"],
		);
	});

	test(`the withdrawal of a reaction goes to every host and room that has it after this: ${name}`, async (t) => {
		const scene = await open(t);
		const { core, fedi, chat, jane, place, memo } = scene;
		await react(core.context, jane, place, memo, { key: "👍", unicode: "👍" });
		await core.settled();
		await happens(scene);
		await core.settled();
		for (const network of [fedi, chat]) network.delivered.length = 0;
		await unreact(core.context, jane, memo, "👍");
		await core.settled();
		t.deepEqual(targets(fedi.delivered), [b, c]);
		t.deepEqual(
			chat.delivered.flatMap((d) => (d.kind === "unreaction" && d.remote.length > 0 ? [d.reach.target] : [])),
			["!one"],
		);
	});
}

test("a deletion is not told to a host whose last follower had left before the memo", async (t) => {
	const { core, fedi, jane, place } = await open(t);
	const early = fedi.person("early", "e.test");
	await core.incoming.receive(fedi.name, [follow(early, jane), unfollow(early, jane)]);
	core.clock.time += 1000;
	const memo = await core.post(jane, place, "Later");
	await core.settled();
	fedi.delivered.length = 0;
	await deleteMessage(core.context, jane, place, memo);
	await core.settled();
	t.deepEqual(targets(removals(fedi)), [b]);
});

test("the deletion of a memo for followers goes to a follower who has left, and to no room", async (t) => {
	const { core, fedi, chat, jane, bob } = await open(t);
	const place = await placeOf(core.context, jane.followers as ChannelId);
	if (place === undefined) return t.fail();
	const memo = await core.post(jane, place, "Between us");
	await core.settled();
	await core.incoming.receive(fedi.name, [unfollow(bob, jane)]);
	for (const network of [fedi, chat]) network.delivered.length = 0;
	await deleteMessage(core.context, jane, place, memo);
	await core.settled();
	t.deepEqual(targets(fedi.delivered), [b]);
	t.deepEqual(removals(chat), []);
});

test("the deletion of what never left is sent nowhere, even if its channel has become open meanwhile", async (t) => {
	const { core, fedi, chat, jane, bob } = await open(t);
	const doc = { id: "club", name: "Club", description: "", rules: builtInTiers[1].rules };
	await core.context.store.insert(tiers, "club", doc);
	const place = await core.channel(jane, "club");
	const memo = await core.post(jane, place, "A secret of @bob@b.test");
	await core.context.store.replace(tiers, "club", 1, { ...doc, rules: builtInTiers[3].rules });
	const target = { kind: "channel", channel: place.channel.id } as const;
	await core.incoming.receive(fedi.name, [{ ...follow(bob, jane), id: "joins", target }]);
	await core.settled();
	for (const network of [fedi, chat]) network.delivered.length = 0;
	await deleteMessage(core.context, jane, place, memo);
	await core.settled();
	t.deepEqual([...fedi.delivered, ...chat.delivered], []);
});

test("a deletion that a room refused while it could not be reached is delivered when its link is active again", async (t) => {
	const { core, chat, jane, place, portal, memo } = await open(t);
	await changePortal(core.context, portal.id, "degraded", "the bot was removed from the room");
	chat.answers.push({ status: "rejected", reason: "forbidden" }, { status: "rejected", reason: "forbidden" });
	await deleteMessage(core.context, jane, place, memo);
	await core.settled();
	const lost = await core.post(jane, place, "Not in the room");
	await core.settled();
	t.is((await listDeadLetters(core.context, { limit: 10 })).length, 1);
	chat.answers.length = 0;
	await changePortal(core.context, portal.id, "active");
	await core.settled();
	t.deepEqual(
		chat.delivered.map(({ kind, reach }) => `${kind} ${reach.target}`),
		["removal !one"],
	);
	t.deepEqual(await listDeadLetters(core.context, { limit: 10 }), []);
	t.truthy(lost);
});

test("an edit or a reaction in another room than before names nothing of the earlier room", async (t) => {
	const scene = await open(t);
	const { core, chat, jane, place, portal, memo } = scene;
	await unlinkPortal(core.context, jane, portal.id);
	await link(scene, "!two");
	chat.delivered.length = 0;
	await editMessage(core.context, jane, memo, { content: { text: "Changed" } });
	await react(core.context, jane, place, memo, { key: "👍", unicode: "👍" });
	await core.post(jane, place, "A reply", { replyTo: memo.id });
	await core.settled();
	t.deepEqual(
		chat.delivered.map((d) => [
			d.kind,
			d.reach.target,
			"subject" in d ? d.subject.remote : undefined,
			"parent" in d ? d.parent?.remote : undefined,
		]),
		[
			["edit", "!two", [], undefined],
			["reaction", "!two", [], undefined],
			["message", "!two", [], []],
		],
	);
});

test("a message from a room that is linked no longer is not named in the present room", async (t) => {
	const scene = await open(t);
	const { core, chat, jane, place, portal } = scene;
	const alice = chat.guest("alice");
	const [received] = await core.incoming.receive(chat.name, [
		chat.message(alice, "$1", "I reply", {
			place: { kind: "room", room: "!one" },
			replyTo: { local: scene.memo.id },
		}),
	]);
	if (received?.status !== "accepted" || received.message === undefined) return t.fail();
	await unlinkPortal(core.context, jane, portal.id);
	await link(scene, "!two");
	chat.delivered.length = 0;
	await core.post(jane, place, "An answer", { replyTo: received.message });
	await core.settled();
	t.like(chat.delivered[0], { kind: "message", parent: { remote: [] } });
});
