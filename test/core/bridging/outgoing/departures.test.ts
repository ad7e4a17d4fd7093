import test, { type ExecutionContext } from "ava";
import { joinChannel, joinGroup } from "#core/access/join-channel.ts";
import { leave } from "#core/access/leave.ts";
import { type ReadablePlace, readableById } from "#core/access/readable-place.ts";
import { deliveries } from "#core/bridging/outgoing/delivery.ts";
import { removeTarget } from "#core/bridging/outgoing/remove-target.ts";
import { changePortal } from "#core/bridging/portals/change-portal.ts";
import { linkPortal } from "#core/bridging/portals/link-portal.ts";
import { appendAccountDeletion } from "#core/erasure/delete-account.ts";
import { addToChannel, removeFromChannel } from "#core/groups/channel-people.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { removeFromGroup, setGroupRole } from "#core/groups/group-people.ts";
import { changeMembership } from "#core/groups/membership-change.ts";
import type { Account } from "#core/model/account.ts";
import type { RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { openCore } from "../../../support/core.ts";
import { createFakeBridge, type FakeBridge } from "../../../support/fake-bridge.ts";

/** Owen's channel, which is linked to the room `!one`, jane, and Bob, who follows it from the fediverse. */
async function open(t: ExecutionContext) {
	const fedi = createFakeBridge("fedi");
	const chat = createFakeBridge("chat", { rooms: true });
	const core = await openCore(t, [fedi, chat]);
	const { context } = core;
	const [owen, jane] = [await core.person("owen"), await core.person("jane")];
	const place = await core.channel(owen, "public");
	const bob = fedi.person("bob");

	async function link(linked: ReadablePlace, room: string, by = owen) {
		const reach = { bridge: chat.name, target: room, lane: `chat:${room}` };
		return linkPortal(context, by, linked, { bridge: chat.name, reach, consented: true });
	}
	const portal = await link(place, "!one");
	await changePortal(context, portal.id, "active");

	const readableBy = async (account: Account, { channel }: ReadablePlace = place): Promise<ReadablePlace> => {
		const found = await readableById(context, channel.id, account);
		if (found === undefined) throw new Error("The channel can't be read");
		return found;
	};
	const targetOf = ({ channel }: ReadablePlace) =>
		channel.kind === "timeline"
			? ({ kind: "account", account: channel.owner } as const)
			: ({ kind: "channel", channel: channel.id } as const);
	let requests = 0;
	const event = (kind: "join" | "leave", sender: RemotePerson, where: ReadablePlace) =>
		({
			kind,
			id: `request ${++requests}`,
			sender,
			raw: { id: `request ${requests}` },
			target: targetOf(where),
		}) as const;
	async function follows(sender: RemotePerson, where: ReadablePlace = place): Promise<Account> {
		await core.incoming.receive(fedi.name, [event("join", sender, where)]);
		return core.shadows.of(fedi.name, sender);
	}
	const unfollows = (sender: RemotePerson, where: ReadablePlace = place) =>
		core.incoming.receive(fedi.name, [event("leave", sender, where)]);
	/** What is delivered because of a change. */
	async function after(change: () => Promise<unknown>) {
		await core.settled();
		for (const network of [fedi, chat]) network.delivered.length = 0;
		await change();
		await core.settled();
		return { left: departures(chat), answers: answers(fedi) };
	}
	return { core, context, fedi, chat, owen, jane, bob, place, portal, link, readableBy, follows, unfollows, after };
}

type Scene = Awaited<ReturnType<typeof open>>;

const departures = ({ delivered }: FakeBridge) =>
	delivered.flatMap((d) => (d.kind === "departure" ? [`${d.actor.handle} ${d.reach.target}`] : []));
const answers = ({ delivered }: FakeBridge) =>
	delivered.flatMap((d) =>
		d.kind === "answer"
			? [`${d.accepted ? "accepts" : "rejects"} ${JSON.stringify(d.request)} at ${d.reach.target}`]
			: [],
	);

const hers = ["jane !one"];
const his = ["bob !one"];

/** The ways in which a person leaves a linked channel, and whose ghost leaves the room. Each resolves with the change itself. */
const ways: Readonly<Record<string, (scene: Scene) => Promise<readonly [() => Promise<unknown>, readonly string[]]>>> =
	{
		"leaves the channel": async ({ context, jane, place, readableBy }) => {
			await joinChannel(context, await readableBy(jane), jane);
			return [() => leave(context, place, jane), hers];
		},
		"leaves the group": async ({ context, jane, place, readableBy }) => {
			await joinChannel(context, await readableBy(jane), jane);
			return [() => leave(context, { group: place.group }, jane), hers];
		},
		"leaves the group without having joined the channel": async ({ context, jane, place }) => {
			await joinGroup(context, place.group, jane);
			return [() => leave(context, { group: place.group }, jane), hers];
		},
		"is removed from the channel": async ({ context, owen, jane, place, readableBy }) => {
			await joinChannel(context, await readableBy(jane), jane);
			return [() => removeFromChannel(context, place, owen, jane), hers];
		},
		"is removed from the group": async ({ context, owen, jane, place, readableBy }) => {
			await joinChannel(context, await readableBy(jane), jane);
			return [() => removeFromGroup(context, place.group, owen, jane), hers];
		},
		"unfollows a linked timeline": async ({ core, context, owen, jane, link, readableBy }) => {
			const timeline = await core.timeline(owen);
			await changePortal(context, (await link(timeline, "!own")).id, "active");
			await joinChannel(context, await readableBy(jane, timeline), jane);
			return [() => leave(context, timeline, jane), ["jane !own"]];
		},
		"unfollows the channel from another network": async ({ bob, follows, unfollows }) => {
			await follows(bob);
			return [() => unfollows(bob), his];
		},
		"follows from another network and is removed": async ({ context, owen, bob, place, follows }) => {
			const shadow = await follows(bob);
			return [() => removeFromChannel(context, place, owen, shadow), his];
		},
		"leaves a channel whose link is degraded": async ({ context, jane, place, portal, readableBy }) => {
			await joinChannel(context, await readableBy(jane), jane);
			await changePortal(context, portal.id, "degraded", "the bot may not speak");
			return [() => leave(context, place, jane), hers];
		},
	};

for (const [name, way] of Object.entries(ways)) {
	test(`the ghost of a person who ${name} leaves the room`, async (t) => {
		const scene = await open(t);
		const [change, left] = await way(scene);
		t.deepEqual([...new Set((await scene.after(change)).left)], left);
		t.deepEqual((await scene.after(change)).left, [], "once more changes nothing");
	});
}

test("a ghost stays in a room while its person is in another channel that is linked to it", async (t) => {
	const { core, context, owen, jane, place, portal, link, readableBy, after } = await open(t);
	const { channel } = await createChannel(context, owen, place.group, { name: "second", tier: "public" }, {});
	const second = await readableBy(owen, { ...place, channel } as ReadablePlace);
	for (const each of [place, second]) await joinChannel(context, await readableBy(jane, each), jane);
	await changePortal(context, portal.id, "degraded", "another channel");
	await changePortal(context, (await link(second, "!one")).id, "active");
	t.deepEqual((await after(() => leave(context, place, jane))).left, []);
	await core.post(jane, second, "Still here");
	t.deepEqual((await after(() => leave(context, second, jane))).left, hers);
});

for (const returns of [true, false])
	test(`a departure that has waited is ${returns ? "not delivered if the person has come back" : "delivered"}`, async (t) => {
		const { core, context, chat, jane, place, readableBy, after } = await open(t);
		await joinChannel(context, await readableBy(jane), jane);
		const { left } = await after(async () => {
			chat.answers.push({ status: "retry", reason: "down", lane: true, afterMs: 60_000 });
			await leave(context, place, jane);
			await core.settled();
			t.deepEqual([chat.answers, chat.delivered], [[], []], "it was attempted");
			if (returns) await joinChannel(context, await readableBy(jane), jane);
			core.clock.time += 120_000;
			core.lanes.wake("deliver:chat:!one");
		});
		t.deepEqual(left, returns ? [] : hers);
		t.deepEqual(await context.store.page(deliveries, { index: "lane", order: "asc", limit: 1 }), [], "nothing waits");
	});

test("a departure is delivered to no room of a link that waits for consent, to no network of the person, and to no one else", async (t) => {
	const { core, context, owen, chat, jane, bob, place, follows, link, readableBy, after } = await open(t);
	const { channel } = await createChannel(context, owen, place.group, { name: "second", tier: "public" }, {});
	const second = await readableBy(owen, { ...place, channel } as ReadablePlace);
	await link(second, "!waiting");
	await joinChannel(context, await readableBy(jane, second), jane);
	await follows(bob, second);
	t.deepEqual(await after(() => leave(context, second, jane)), { left: [], answers: [] });
	const guest = chat.guest("alice");
	const at = { kind: "room", room: "!one" } as const;
	const event = { sender: guest, raw: {}, target: at } as const;
	await core.incoming.receive(chat.name, [{ ...event, kind: "join", id: "in" }]);
	const change = () => core.incoming.receive(chat.name, [{ ...event, kind: "leave", id: "out" }]);
	t.deepEqual((await after(change)).left, []);
	await joinChannel(context, await readableBy(jane), jane);
	t.deepEqual(
		(await after(() => appendAccountDeletion(context, jane))).left,
		[],
		"told as the deletion of the account",
	);
});

const rejects = (id: number) => [`rejects {"id":"request ${id}"} at https://fedi.test/inbox`];

/** The ways in which an owner or admin removes a person who follows from another network. */
const removals: Readonly<Record<string, (scene: Scene) => Promise<() => Promise<unknown>>>> = {
	"a follower of a timeline": async ({ core, context, owen, bob, follows }) => {
		const timeline = await core.timeline(owen);
		const shadow = await follows(bob, timeline);
		return () => removeFromGroup(context, timeline.group, owen, shadow);
	},
	"a follower of a channel": async ({ context, owen, bob, place, follows }) => {
		const shadow = await follows(bob);
		return () => removeFromChannel(context, place, owen, shadow);
	},
	"a follower of a channel from its group": async ({ context, owen, bob, place, follows }) => {
		const shadow = await follows(bob);
		return () => removeFromGroup(context, place.group, owen, shadow);
	},
	"a follower who was made an admin of the channel": async ({ context, owen, bob, place, follows }) => {
		const shadow = await follows(bob);
		await changeMembership(context, place.group.id, shadow, () => ({ state: "joined" }));
		await addToChannel(context, place, owen, shadow, "admin");
		return () => removeFromChannel(context, place, owen, shadow);
	},
	"a member of the group who also follows": async ({ context, owen, bob, place, follows }) => {
		const shadow = await follows(bob);
		await changeMembership(context, place.group.id, shadow, () => ({ state: "joined" }));
		await setGroupRole(context, place.group, owen, shadow, "admin");
		return () => removeFromGroup(context, place.group, owen, shadow);
	},
	"a member of the group who also follows, though the process ends after the first event": async (scene) => {
		const { context, owen, bob, place, follows } = scene;
		const shadow = await follows(bob);
		await changeMembership(context, place.group.id, shadow, () => ({ state: "joined" }));
		return () => changeMembership(context, place.group.id, shadow, () => ({ state: "left" }), { actor: owen });
	},
};

for (const [name, removal] of Object.entries(removals)) {
	test(`the removal of ${name} rejects the follow, once`, async (t) => {
		const scene = await open(t);
		const change = await removal(scene);
		t.deepEqual((await scene.after(change)).answers, rejects(1));
		t.deepEqual((await scene.after(change)).answers, [], "once more changes nothing");
	});
}

test("a follower who leaves, and a removed member who does not follow from another network, are told nothing", async (t) => {
	const { context, fedi, owen, jane, bob, place, follows, unfollows, readableBy, after } = await open(t);
	await follows(bob);
	t.deepEqual((await after(() => unfollows(bob))).answers, []);
	const eve = fedi.person("eve");
	const shadow = await follows(eve, await readableBy(owen));
	await unfollows(eve);
	await changeMembership(context, place.group.id, shadow, () => ({ state: "joined" }));
	t.deepEqual((await after(() => removeFromGroup(context, place.group, owen, shadow))).answers, []);
	await joinChannel(context, await readableBy(jane), jane);
	t.deepEqual((await after(() => removeFromGroup(context, place.group, owen, jane))).answers, []);
});

test("a follower who was removed may follow again", async (t) => {
	const { context, owen, bob, place, follows, after } = await open(t);
	const shadow = await follows(bob);
	await after(() => removeFromChannel(context, place, owen, shadow));
	t.deepEqual((await after(() => follows(bob))).answers, [`accepts {"id":"request 2"} at https://fedi.test/inbox`]);
	t.deepEqual((await after(() => removeFromChannel(context, place, owen, shadow))).answers, rejects(2));
});

test("the home of a follower who leaves by another network is told, and no other end that the home knows of is", async (t) => {
	const { core, context, place, bob, follows, unfollows, readableBy, after } = await open(t);
	const account = await follows(bob);
	await joinGroup(context, place.group, account);
	const left = await after(() => leave(context, { group: place.group }, account));
	t.is(left.answers.length, 1);
	t.regex(left.answers[0] ?? "", /^rejects \{"id":"request 1"\} at /);
	await follows(bob);
	t.is((await after(async () => leave(context, await readableBy(account), account))).answers.length, 1);
	await follows(bob);
	t.deepEqual((await after(() => unfollows(bob))).answers, []);
	await follows(bob);
	const reach = bob.reach as NonNullable<typeof bob.reach>;
	t.deepEqual((await after(() => removeTarget(core.context, reach))).answers, [], "its inbox is gone");
	await core.settled();
});
