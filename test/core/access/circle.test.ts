import test from "ava";
import { admits, circleOf } from "#core/access/circle.ts";
import { joinChannel } from "#core/access/join-channel.ts";
import { changeMembership } from "#core/groups/membership-change.ts";
import { placeOf } from "#core/groups/place.ts";
import { tiers } from "#core/groups/tiers.ts";
import type { Account } from "#core/model/account.ts";
import { builtInTiers } from "#core/model/tier.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

/** The readers of a channel of each tier: anonymous, outsider, member of the group, added to the channel, remote person, remote member. */
const matrix: Readonly<Record<string, string>> = {
	private: "- - - added - -",
	group: "- - member added - -",
	members: "- - member added - remoteMember",
	public: "anonymous outsider member added remote remoteMember",
	discoverable: "anonymous outsider member added remote remoteMember",
	"ours-channel-federated": "- - - added - -",
	"ours-group-quiet": "- - member added - -",
};

test("the tier of a channel decides who can read it, also if the provider defined the tier", async (t) => {
	const core = await openCore(t, []);
	const { context } = core;
	const fedi = createFakeBridge("fedi");
	const own = [
		["ours-channel-federated", { read: "channel", federate: true, broadcast: false, search: false }],
		["ours-group-quiet", { read: "group", federate: false, broadcast: false, search: false }],
	] as const;
	for (const [id, rules] of own) await context.store.insert(tiers, id, { id, name: id, description: "", rules });
	const owner = await core.person("olga");
	const people = {
		outsider: await core.person("otto"),
		member: await core.person("mia"),
		added: await core.person("ada"),
	};
	const remote = await core.shadows.of(fedi.name, fedi.person("remote"));
	const remoteMember = await core.shadows.of(fedi.name, fedi.person("member"));
	for (const [tier, expected] of Object.entries(matrix)) {
		const { group, channel } = await core.channel(owner, tier, tier);
		const join = (account: Account, place: typeof group.id | typeof channel.id) =>
			changeMembership(context, place, account, () => ({ state: "joined", role: "member" }));
		for (const account of [people.member, people.added, remoteMember]) await join(account, group.id);
		await join(people.added, channel.id);
		const circle = await circleOf(context, { group, channel });
		const readers: Readonly<Record<string, Account | undefined>> = {
			anonymous: undefined,
			...people,
			remote,
			remoteMember,
		};
		const seen: string[] = [];
		for (const [name, reader] of Object.entries(readers))
			seen.push((await admits(context, circle, reader)) ? name : "-");
		t.is(seen.join(" "), expected, tier);
	}
	t.deepEqual(
		Object.keys(matrix).slice(0, 5),
		builtInTiers.map(({ id }) => id),
	);
});

test("after its tier is deleted, a channel can be read only by those who were added, and nothing of it leaves", async (t) => {
	const core = await openCore(t);
	const [owner, other] = [await core.person("olga"), await core.person("oscar")];
	const rules = { read: "anyone", federate: true, broadcast: true, search: true } as const;
	await core.context.store.insert(tiers, "gone-soon", { id: "gone-soon", name: "", description: "", rules });
	const place = await core.channel(owner, "gone-soon");
	t.is((await circleOf(core.context, place)).leaves, "anywhere");
	await core.context.store.delete(tiers, "gone-soon");
	const circle = await circleOf(core.context, place);
	t.is(circle.leaves, "nowhere");
	t.true(await admits(core.context, circle, owner));
	t.false(await admits(core.context, circle, other));
});

test("a message for followers can be read by accepted followers, by its author and by those it mentions", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const [jane, follower, requesting, mentioned, outsider] = [
		await core.person("jane"),
		await core.person("fred"),
		await core.person("anna"),
		await core.person("nora"),
		await core.person("otto"),
	];
	await joinChannel(context, await core.timeline(jane, follower), follower);
	await changeMembership(context, jane.timeline, requesting, () => ({ state: "requested", role: "member" }));
	const place = await placeOf(context, jane.followers as NonNullable<typeof jane.followers>);
	if (place === undefined) return t.fail("There is no channel for followers");
	const readersOf = async (message?: { mentions: readonly Account["id"][] }) => {
		const circle = await circleOf(context, place, message);
		t.is(circle.leaves, "to-readers");
		const found: string[] = [];
		for (const account of [jane, follower, requesting, mentioned, outsider])
			if (await admits(context, circle, account)) found.push(account.handle);
		return found;
	};
	t.deepEqual(await readersOf(), ["jane", "fred"]);
	t.deepEqual(await readersOf({ mentions: [mentioned.id] }), ["jane", "fred", "nora"]);
	t.false(await admits(context, await circleOf(context, place), undefined));
});
