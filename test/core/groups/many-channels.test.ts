import test from "ava";
import { joinGroup } from "#core/access/join-channel.ts";
import { leave } from "#core/access/leave.ts";
import { visibleChannels } from "#core/access/visible-group.ts";
import { linkPortal } from "#core/bridging/portals/link-portal.ts";
import { channels, channelsOf } from "#core/groups/channel.ts";
import { addToChannel } from "#core/groups/channel-people.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { groups, groupsOwnedBy } from "#core/groups/group.ts";
import { groupsOf } from "#core/groups/joined-places.ts";
import { membershipOf } from "#core/groups/membership.ts";
import { mintId } from "#core/ids.ts";
import type { Channel } from "#core/model/channel.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

const many = 1_100;

test("of a group with more than a thousand channels, all are found, also those that were made in one millisecond", async (t) => {
	const chat = createFakeBridge("chat", { rooms: true });
	const core = await openCore(t, [chat]);
	const { context } = core;
	const [owen, jane] = [await core.person("owen"), await core.person("jane")];
	const { group, channel } = await core.channel(owen, "public");
	const copies = Array.from({ length: many }, (_, n) => {
		const doc: Channel = { ...channel, id: mintId("chn", core.clock.time + n) };
		return { id: doc.id, doc };
	});
	await context.store.insertMissing(channels, copies);
	core.clock.time += 60_000;
	const last = (await createChannel(context, owen, group, { name: "Last", tier: "public" }, {})).channel;
	const found: string[] = [];
	for await (const { id } of channelsOf(context, group.id)) found.push(id);
	t.is(found.length, many + 2);
	t.is(new Set(found).size, many + 2);
	t.is(found.at(-1), last.id);
	t.is((await visibleChannels(context, group, jane)).length, many + 2);

	await joinGroup(context, group, jane);
	await addToChannel(context, { group, channel: last }, owen, jane);
	const reach = { bridge: chat.name, target: "!last", lane: "chat:!last" };
	await linkPortal(context, owen, { group, channel: last }, { bridge: chat.name, reach, consented: true });
	await core.settled();
	await leave(context, { group }, jane);
	await core.settled();
	t.is((await membershipOf(context, last.id, jane))?.state, "left");
});

test("of the owner of more than a thousand groups, all are found", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const owen = await core.person("owen");
	const { group } = await core.channel(owen, "public");
	const copies = Array.from({ length: many }, (_, n) => {
		const id = mintId("grp", core.clock.time + n);
		return { id, doc: { ...group, id } };
	});
	await context.store.insertMissing(groups, copies);
	const found: string[] = [];
	for await (const { id } of groupsOwnedBy(context, owen.id)) found.push(id);
	t.is(new Set(found).size, many + 2, "and the personal one");
	t.is((await groupsOf(context, owen)).length, many + 2);
});
