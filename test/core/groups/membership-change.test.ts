import test from "ava";
import { admits, circleOf } from "#core/access/circle.ts";
import { joinChannel } from "#core/access/join-channel.ts";
import { leave } from "#core/access/leave.ts";
import { may } from "#core/access/permissions.ts";
import { type ReadablePlace, readableById } from "#core/access/readable-place.ts";
import { audienceOf } from "#core/bridging/outgoing/audience-of.ts";
import { migrate } from "#core/catalogue/migrations.ts";
import { addToChannel } from "#core/groups/channel-people.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { removeFromGroup } from "#core/groups/group-people.ts";
import { membershipOf } from "#core/groups/membership.ts";
import { changeMembership } from "#core/groups/membership-change.ts";
import { joined, roleIn } from "#core/groups/place.ts";
import type { ChannelId } from "#core/ids.ts";
import type { Account } from "#core/model/account.ts";
import { type Core, openCore } from "../../support/core.ts";
import { createFakeBridge, type FakeBridge } from "../../support/fake-bridge.ts";

/** A group with a member who was added to its private channel as an admin. */
async function scene(core: Core, member: Account) {
	const owner = await core.person("olga");
	const place = await core.channel(owner, "private");
	const { group } = place;
	const { context } = core;
	const open = {
		group,
		channel: (await createChannel(context, owner, group, { name: "o", tier: "public" }, {})).channel,
	};
	await changeMembership(context, group.id, member, () => ({ state: "joined" }));
	await addToChannel(context, place, owner, member, "admin");
	return { owner, group, place, open };
}

async function audience({ context }: Core, channel: ChannelId) {
	const found = [];
	for await (const reach of audienceOf(context, channel)) found.push(reach);
	return found;
}

/** What an account may still do in a private channel. */
async function rights({ context }: Core, place: Awaited<ReturnType<typeof scene>>["place"], account: Account) {
	return {
		reads: await admits(context, await circleOf(context, place), account),
		posts: await may(context, "post", place, account),
		moderates: await may(context, "moderate", place, account),
		role: await roleIn(context, place.group, place.channel, account),
		isIn: (await joined(context, place.channel.id, account, place.group.id)) !== undefined,
	};
}

const none = { reads: false, posts: false, moderates: false, role: undefined, isIn: false };

test("the one event that ends a membership in a group ends every right in its channels, before anything else is written", async (t) => {
	const core = await openCore(t);
	const member = await core.person("mia");
	const { owner, group, place } = await scene(core, member);
	t.deepEqual(await rights(core, place, member), {
		reads: true,
		posts: true,
		moderates: true,
		role: "admin",
		isIn: true,
	});
	// As if the process ended here: neither the request nor the consumer goes on.
	await core.lanes.stop();
	await changeMembership(core.context, group.id, member, () => ({ state: "left" }));
	t.is((await membershipOf(core.context, place.channel.id, member))?.state, "joined");
	t.deepEqual(await rights(core, place, member), none);
	await changeMembership(core.context, group.id, member, () => ({ state: "joined" }));
	t.deepEqual(await rights(core, place, member), { ...none, role: "member", posts: true });
	await addToChannel(core.context, place, owner, member);
	t.deepEqual(await rights(core, place, member), {
		reads: true,
		posts: true,
		moderates: false,
		role: "member",
		isIn: true,
	});
});

test("what an interrupted leave has left is ended by the consumer: lists and audiences of the channels lack the member", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const { context } = core;
	const member = await core.person("mia");
	const { owner, group, place, open } = await scene(core, member);
	const remote = await core.shadows.of(fedi.name, fedi.person("remi"));
	await changeMembership(context, group.id, remote, () => ({ state: "joined" }));
	await changeMembership(context, open.channel.id, remote, () => ({
		state: "joined",
		...(remote.reach && { reach: remote.reach }),
	}));
	t.is((await audience(core, open.channel.id)).length, 1);
	for (const account of [member, remote])
		await changeMembership(context, group.id, account, () => ({ state: "left" }), { actor: owner });
	await core.settled();
	t.is((await membershipOf(context, place.channel.id, member))?.state, "left");
	t.is((await membershipOf(context, open.channel.id, remote))?.state, "left");
	t.deepEqual(await audience(core, open.channel.id), []);
	const heads = async () => [await context.store.head(place.channel.id), await context.store.head(open.channel.id)];
	const before = await heads();
	await leave(context, { group }, member);
	t.deepEqual(await heads(), before, "a repeated leave writes nothing");
});

test("someone who leaves while being added to a channel, or while joining one, is in none afterwards", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const owner = await core.person("olga");
	const closed = await core.channel(owner, "private");
	const { group } = closed;
	const open = await createChannel(context, owner, group, { name: "o", tier: "public" }, {});
	for (let round = 0; round < 25; round++) {
		const member = await core.person(`mia${round}`);
		const place = (await readableById(context, open.channel.id, member)) as ReadablePlace;
		await changeMembership(context, group.id, member, () => ({ state: "joined" }));
		const races = [
			() => addToChannel(context, closed, owner, member).catch(() => undefined),
			() => leave(context, { group }, member),
			...(round % 2 === 0 ? [] : [() => joinChannel(context, place, member)]),
		];
		// Every order of the starts.
		await Promise.all(round % 3 === 0 ? races.map((race) => race()) : races.toReversed().map((race) => race()));
		if ((await joined(context, group.id, member)) !== undefined) continue;
		for (const channel of [closed.channel, open.channel])
			t.is(await joined(context, channel.id, member, group.id), undefined, `round ${round}`);
	}
});

/** A follower from another network, who joins the channel alone. */
const follows = (
	fedi: FakeBridge,
	core: Core,
	name: string,
	channel: Awaited<ReturnType<typeof scene>>["open"]["channel"],
) =>
	core.incoming.receive(fedi.name, [
		{
			kind: "join",
			id: `follow-${name}-${core.clock.time++}`,
			sender: fedi.person(name),
			raw: {},
			target: { kind: "channel", channel: channel.id },
		},
	]);

test("people of other networks who only follow a channel are removed with the group's members, and may follow again", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const { context } = core;
	const { owner, group, open } = await scene(core, await core.person("mia"));
	await follows(fedi, core, "remi", open.channel);
	const remi = await core.shadows.of(fedi.name, fedi.person("remi"));
	t.truthy(await joined(context, open.channel.id, remi, group.id));
	for (let round = 0; round < 2; round++) {
		await removeFromGroup(context, group, owner, remi);
		t.is(await joined(context, open.channel.id, remi, group.id), undefined);
		t.deepEqual(await audience(core, open.channel.id), []);
		await follows(fedi, core, "remi", open.channel);
		t.truthy(await joined(context, open.channel.id, remi, group.id), `round ${round}`);
		t.is((await audience(core, open.channel.id)).length, 1);
	}
});

test("who had left a group before its memberships ended together is in none of its channels after the update", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const [gone, stayed] = [await core.person("gina"), await core.person("stan")];
	const { owner, group, place } = await scene(core, gone);
	await changeMembership(context, group.id, stayed, () => ({ state: "joined" }));
	await addToChannel(context, place, owner, stayed);
	// As earlier versions wrote it: without a term.
	await context.log.append({
		stream: group.id,
		type: "member.left",
		actor: gone.id,
		natural: `member:${group.id}:${gone.id}:2`,
		without: ["bridge", "erase"],
		body: { membership: { place: group.id, account: gone.id, role: "member", state: "left", generation: 2 } },
	});
	for (let start = 0; start < 2; start++) await migrate(context, new AbortController().signal);
	t.deepEqual(await rights(core, place, gone), none);
	t.true((await rights(core, place, stayed)).reads);
});
