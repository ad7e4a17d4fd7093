import test from "ava";
import { createAccount } from "#core/accounts/create-account.ts";
import { foldsOf } from "#core/catalogue/folds.ts";
import { channels } from "#core/groups/channel.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { createGroup } from "#core/groups/create-group.ts";
import { channelByHandle } from "#core/groups/find-channel.ts";
import { tiers } from "#core/groups/tiers.ts";
import { mintId } from "#core/ids.ts";
import { builtInTiers } from "#core/model/tier.ts";
import { openCore } from "../../support/core.ts";

const closed = builtInTiers.filter(({ rules }) => rules.read !== "anyone").map(({ id }) => id);

test("a channel that not everyone may read has no handle, and its name influences no other handle", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const rules = { read: "channel", federate: false, broadcast: false, search: false } as const;
	await context.store.insert(tiers, "ours", { id: "ours", name: "", description: "", rules });
	const owner = await core.person("olga");
	const { group } = await createGroup(context, owner, { name: "Dev Guild" }, {});
	for (const tier of [...closed, "ours"])
		for (let time = 0; time < 2; time++) {
			const { channel } = await createChannel(context, owner, group, { name: "Staff", tier }, {});
			t.false("handle" in channel, tier);
		}
	t.is(await channelByHandle(context, "dev-guild-staff"), undefined);
	const { channel: open } = await createChannel(context, owner, group, { name: "Staff", tier: "public" }, {});
	t.is(open.handle, "dev-guild-staff");
	t.is((await channelByHandle(context, "dev-guild-staff"))?.channel.id, open.id);
	await createChannel(context, owner, group, { name: "Board", tier: "private" }, {});
	t.is((await createAccount(context, { handle: "dev-guild-board" })).handle, "dev-guild-board");
	// Open channels and accounts share one namespace, as before.
	await t.throwsAsync(createAccount(context, { handle: "dev-guild-staff" }), { message: /taken/ });
	const { channel: second } = await createChannel(context, owner, group, { name: "Staff", tier: "discoverable" }, {});
	t.is(second.handle, "dev-guild-staff-2");
});

test("the handles that closed channels of earlier versions have are free, and those channels can still be read", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const owner = await core.person("olga");
	const { group } = await createGroup(context, owner, { name: "Dev Guild" }, {});
	const old = async (name: string, tier: string) => {
		const id = mintId("chn", context.clock.now());
		const channel = {
			id,
			group: group.id,
			stream: group.id,
			name,
			handle: `dev-guild-${name}`,
			type: "text",
			tier,
			topic: "",
			tags: [],
			allowedTypes: ["memo"],
		};
		const draft = { stream: group.id, type: "channel.created", actor: owner.id, pending: [], body: { channel } };
		await context.store.append({ ...draft, natural: `handle:dev-guild-${name}` }, { folds: foldsOf });
		return id;
	};
	const id = await old("staff", "private");
	await old("board", "group");
	await old("open", "public");
	t.like((await context.store.get(channels, id))?.doc, { name: "staff", kind: "room", tier: "private" });
	t.is(await channelByHandle(context, "dev-guild-staff"), undefined);
	t.truthy(await channelByHandle(context, "dev-guild-open"));
	for (let time = 0; time < 2; time++) {
		const { channel } = await createChannel(context, owner, group, { name: "Staff", tier: "public" }, {});
		t.is(channel.handle, time === 0 ? "dev-guild-staff" : "dev-guild-staff-2");
	}
	await createAccount(context, { handle: "dev-guild-board" });
	for (const handle of ["dev-guild-board", "dev-guild-staff", "dev-guild-open"])
		await t.throwsAsync(createAccount(context, { handle }), { message: /taken/ }, handle);
});

test("an open channel without a handle is found by its id", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const owner = await core.person("olga");
	const { channel } = await core.channel(owner, "private");
	t.is((await channelByHandle(context, channel.id))?.channel.id, channel.id);
	t.is(await channelByHandle(context, owner.timeline), undefined);
});
