import test, { type ExecutionContext } from "ava";
import { deliveries, deliveryLane } from "#core/bridging/outgoing/delivery.ts";
import { createTargets } from "#core/bridging/outgoing/targets.ts";
import { changePortal } from "#core/bridging/portals/change-portal.ts";
import { linkPortal, unlinkPortal } from "#core/bridging/portals/link-portal.ts";
import { changeMembership } from "#core/groups/membership-change.ts";
import type { Place } from "#core/groups/place.ts";
import { tiers } from "#core/groups/tiers.ts";
import { editMessage } from "#core/messages/edit-message.ts";
import type { Account } from "#core/model/account.ts";
import type { Message } from "#core/model/message.ts";
import type { Portal } from "#core/model/portal.ts";
import { builtInTiers, type TierRules } from "#core/model/tier.ts";
import type { DeliveryResult } from "#core/ports/bridge/delivery.ts";
import type { RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { react } from "#core/reactions/react.ts";
import { type Core, openCore } from "../../../support/core.ts";
import { createFakeBridge, type FakeBridge } from "../../../support/fake-bridge.ts";

const down: DeliveryResult = { status: "retry", reason: "no answer", lane: true };
const minute = 60_000;

/** Jane's open timeline, followed by bob and linked to a room, with a memo that both have received. */
interface Scene {
	readonly core: Core;
	readonly fedi: FakeBridge;
	readonly chat: FakeBridge;
	readonly jane: Account;
	readonly bob: RemotePerson;
	readonly place: Place;
	readonly portal: Portal;
	readonly memo: Message;
	/** Lets everything that waits be delivered. */
	wake(): Promise<void>;
}

async function open(t: ExecutionContext): Promise<Scene> {
	const [fedi, chat] = [createFakeBridge("fedi"), createFakeBridge("chat")];
	const core = await openCore(t, [fedi, chat]);
	const jane = await core.person("jane");
	const place = await core.timeline(jane);
	const bob = fedi.person("bob");
	await core.incoming.receive(fedi.name, [
		{ kind: "join", id: "follow", sender: bob, raw: {}, target: { kind: "account", account: jane.id } },
	]);
	const reach = { bridge: chat.name, target: "!room:x", lane: "chat:!room:x" };
	const portal = await linkPortal(core.context, jane, place, { bridge: chat.name, reach, consented: true });
	await changePortal(core.context, portal.id, "active");
	const memo = await core.post(jane, place, "Seen by all");
	await core.settled();
	for (const network of [fedi, chat]) network.delivered.length = 0;
	async function wake(): Promise<void> {
		for (const network of [fedi, chat]) network.answers.length = 0;
		core.clock.time += 10 * minute;
		for (const lane of [reach.lane, "fedi:fedi.test", "fedi:c.test"]) core.lanes.wake(deliveryLane(lane));
		await core.settled();
	}
	return { core, fedi, chat, jane, bob, place, portal, memo, wake };
}

const waiting = async ({ context }: Core): Promise<number> =>
	(await context.store.page(deliveries, { order: "asc", limit: 100 })).length;

async function narrow({ context }: Core, to: TierRules): Promise<void> {
	const stored = await context.store.get(tiers, "discoverable");
	const doc = { ...builtInTiers[4], rules: to };
	if (stored === undefined) await context.store.insert(tiers, "discoverable", doc);
	else await context.store.replace(tiers, "discoverable", stored.rev, doc);
}

/** What may leave the provider about a message. */
const said: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
	message: ({ core, jane, place }) => core.post(jane, place, "Not for everyone"),
	edit: ({ core, jane, memo }) => editMessage(core.context, jane, memo, { content: { text: "Changed" } }),
	reaction: ({ core, jane, place, memo }) => react(core.context, jane, place, memo, { key: "👍", unicode: "👍" }),
};

/** What ends a right, and whose. */
const ends: Readonly<Record<string, { readonly of: "fedi" | "chat"; run(scene: Scene): Promise<unknown> }>> = {
	"the follower unfollows": {
		of: "fedi",
		run: ({ core, fedi, bob, jane }) =>
			core.incoming.receive(fedi.name, [
				{ kind: "leave", id: "undo", sender: bob, raw: {}, target: { kind: "account", account: jane.id } },
			]),
	},
	"the owner removes the follower": {
		of: "fedi",
		run: async ({ core, fedi, bob, jane, place }) =>
			changeMembership(
				core.context,
				place.channel.id,
				await core.shadows.of(fedi.name, bob),
				() => ({ state: "denied" }),
				{ actor: jane },
			),
	},
	"the tier is narrowed to private": { of: "fedi", run: ({ core }) => narrow(core, builtInTiers[0].rules) },
	"the tier is narrowed to its group": { of: "fedi", run: ({ core }) => narrow(core, builtInTiers[1].rules) },
	"the tier is narrowed to private, for a room": {
		of: "chat",
		run: ({ core }) => narrow(core, builtInTiers[0].rules),
	},
	"the tier is narrowed to members, for a room": {
		of: "chat",
		run: ({ core }) => narrow(core, builtInTiers[2].rules),
	},
	"the room is unlinked": { of: "chat", run: ({ core, jane, portal }) => unlinkPortal(core.context, jane, portal.id) },
	"the room can't be reached": {
		of: "chat",
		run: ({ core, portal }) => changePortal(core.context, portal.id, "degraded", "the bot was removed from the room"),
	},
	"the room's consent is missing": {
		of: "chat",
		run: ({ core, portal }) => changePortal(core.context, portal.id, "waiting", "who agreed has lost the power"),
	},
};

const contents = ({ delivered }: FakeBridge) =>
	delivered.filter(({ kind }) => kind !== "unlink").map(({ kind }) => kind);

for (const [kind, say] of Object.entries(said)) {
	for (const [name, end] of Object.entries(ends)) {
		test(`a waiting ${kind} is not delivered after ${name}`, async (t) => {
			const scene = await open(t);
			const network = scene[end.of];
			network.answers.push(down);
			await say(scene);
			await scene.core.settled();
			t.deepEqual(network.delivered, []);
			await end.run(scene);
			await scene.wake();
			t.deepEqual(contents(network), []);
			t.is(await waiting(scene.core), 0);
		});
	}
	test(`a waiting ${kind} is delivered if nothing has changed`, async (t) => {
		const scene = await open(t);
		for (const network of [scene.fedi, scene.chat]) network.answers.push(down);
		await say(scene);
		await scene.core.settled();
		await scene.wake();
		for (const network of [scene.fedi, scene.chat]) t.deepEqual(contents(network), [kind]);
	});
}

test("a waiting delivery of an open channel keeps the visibility that its tier has now", async (t) => {
	const scene = await open(t);
	scene.fedi.answers.push(down);
	await said["message"]?.(scene);
	await scene.core.settled();
	await narrow(scene.core, builtInTiers[3].rules);
	await scene.wake();
	t.like(scene.fedi.delivered[0], { kind: "message", visibility: "quiet" });
});

test("a person who is no longer mentioned gets neither the waiting message nor its edit", async (t) => {
	const scene = await open(t);
	const { core, fedi, jane, place, wake } = scene;
	const carol = fedi.person("carol", "c.test");
	await core.shadows.of(fedi.name, carol);
	fedi.answers.push(down, down);
	const memo = await core.post(jane, place, "@carol@c.test, a secret");
	await core.settled();
	await editMessage(core.context, jane, memo, { content: { text: "Nothing" } });
	await wake();
	t.deepEqual(
		fedi.delivered.map(({ reach, kind }) => `${reach.lane} ${kind}`),
		["fedi:fedi.test message", "fedi:fedi.test edit"],
	);
});

test("a waiting reply of a person who objects to bridging meanwhile is not delivered to other networks", async (t) => {
	const { core, fedi, chat, bob, memo, wake } = await open(t);
	chat.answers.push(down);
	await core.incoming.receive(fedi.name, [fedi.message(bob, "reply", "Hello", { replyTo: { local: memo.id } })]);
	await core.settled();
	await core.incoming.receive(fedi.name, [
		{ kind: "profile", id: "update", sender: { ...bob, bridgeable: false }, raw: {} },
	]);
	await wake();
	t.deepEqual(chat.delivered, []);
});

test("an event of a channel that may not leave the provider is planned for no target", async (t) => {
	const { core, fedi, chat, jane, place } = await open(t);
	const targets = createTargets(core.context, () => [fedi, chat]);
	const people = [(await core.shadows.of(fedi.name, fedi.person("bob"))).id];
	const publication = { ...place, author: jane, people };
	t.is((await targets.of(publication)).length, 2);
	t.true(await targets.any(publication));
	await narrow(core, builtInTiers[1].rules);
	t.deepEqual(await targets.of(publication), []);
	t.false(await targets.any(publication));
});

test("asking for the rights of a target costs the same few reads, however many targets there are", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const place = await core.timeline(jane);
	const follow = (n: number) =>
		({
			kind: "join",
			id: `follow${n}`,
			sender: fedi.person(`reader${n}`, `h${n}.test`),
			raw: {},
			target: { kind: "account", account: jane.id },
		}) as const;
	await core.incoming.receive(
		fedi.name,
		Array.from({ length: 100 }, (_, n) => follow(n)),
	);
	await core.settled();
	const { store } = core.context;
	const read: string[] = [];
	const { get } = store;
	store.get = (collection, id) => {
		read.push(collection.name);
		return get.call(store, collection, id) as never;
	};
	fedi.delivered.length = 0;
	await core.post(jane, place, "Hello");
	await core.settled();
	t.is(fedi.delivered.length, 100);
	const perTarget = (name: string): number => Math.round(read.filter((other) => other === name).length / 100);
	t.deepEqual(
		["messages", "channels", "tiers", "audiences", "groups", "accounts", "portals"].map((name) => [
			name,
			perTarget(name),
		]),
		[
			["messages", 1],
			["channels", 1],
			["tiers", 1],
			["audiences", 1],
			["groups", 0],
			["accounts", 0],
			["portals", 0],
		],
	);
});
