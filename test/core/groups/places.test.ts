import test from "ava";
import { createGroup, slugOf } from "#core/groups/create-group.ts";
import { answerRequest, joinRequests, requestId } from "#core/groups/join-requests.ts";
import { groupsOf, joinedPlaces } from "#core/groups/joined-places.ts";
import { changeMembership } from "#core/groups/membership-change.ts";
import { placeOf, roleIn } from "#core/groups/place.ts";
import { isTier, listTiers, rulesOf, tiers } from "#core/groups/tiers.ts";
import { type ChannelId, mintId } from "#core/ids.ts";
import { roles } from "#core/model/group.ts";
import { builtInTiers } from "#core/model/tier.ts";
import { openCore } from "../../support/core.ts";

test("a name becomes a part of a handle whatever script it is in", (t) => {
	for (const [name, slug] of [
		["Dev Guild", "dev-guild"],
		["  Écoute !! ", "e-coute"],
		["ＦＵＬＬ width", "full-width"],
		["日本語", "group"],
		["---", "group"],
		["x".repeat(60), "x".repeat(40)],
	] as const)
		t.is(slugOf(name), slug, name);
});

test("the role that counts in a channel is the higher one of group and channel, and the owner's above all", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const owner = await core.person("olga");
	const { group, channel } = await core.channel(owner, "public");
	t.is(await roleIn(context, group, channel, owner), "owner");
	let number = 0;
	for (const inGroup of [undefined, ...roles.slice(1)])
		for (const inChannel of [undefined, ...roles.slice(1)]) {
			const account = await core.person(`p${number++}`);
			if (inGroup !== undefined)
				await changeMembership(context, group.id, account, () => ({ state: "joined", role: inGroup }));
			if (inChannel !== undefined)
				await changeMembership(context, channel.id, account, () => ({ state: "joined", role: inChannel }));
			const higher = roles.find((role) => role === inGroup || role === inChannel);
			t.is(await roleIn(context, group, channel, account), higher, `${inGroup} ${inChannel}`);
			t.is(await roleIn(context, group, undefined, account), inGroup);
		}
});

test("memberships that were only asked for, denied or ended give no role", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const owner = await core.person("olga");
	const { group, channel } = await core.channel(owner, "public");
	for (const state of ["requested", "denied", "left"] as const) {
		const account = await core.person(state);
		for (const id of [group.id, channel.id])
			await changeMembership(context, id, account, () => ({ state, role: "admin" }));
		t.is(await roleIn(context, group, channel, account), undefined, state);
		for await (const { place } of joinedPlaces(context, account, "chn")) t.fail(`${state} ${place}`);
	}
});

test("requests to join are answered once, by owners and admins only, and only where they were made", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const [owner, admin, eve] = [await core.person("olga"), await core.person("ann"), await core.person("eve")];
	const { group } = await createGroup(context, owner, { name: "Asked", joinPolicy: "approval" }, {});
	const { group: other } = await createGroup(context, eve, { name: "Other" }, {});
	await changeMembership(context, group.id, admin, () => ({ state: "joined", role: "admin" }));
	const asking = [];
	for (const handle of ["first", "second", "third"]) {
		const account = await core.person(handle);
		core.clock.time += 1000;
		await changeMembership(context, group.id, account, () => ({ state: "requested" }));
		asking.push(account);
	}
	const waiting = async () => (await joinRequests(context, group, admin, { limit: 10 })).map(({ account }) => account);
	t.deepEqual(
		await waiting(),
		asking.map(({ id }) => id),
	);
	const [first, second, third] = asking.map(({ id }) => requestId({ place: group.id, account: id }));
	const answer = (actor: typeof owner, id = "", accepted = true, where = group) =>
		answerRequest(context, where, actor, { id, accepted });
	await t.throwsAsync(answer(eve, first), { name: "PermissionDenied" });
	await t.throwsAsync(joinRequests(context, group, eve, { limit: 10 }), { name: "PermissionDenied" });
	await t.throwsAsync(answer(eve, first, true, other), { name: "NotFound" }, "a request of another group");
	for (const id of ["", ".", `${group.id}.`, requestId({ place: group.id, account: owner.id })])
		await t.throwsAsync(answer(owner, id), { name: "NotFound" }, id);
	for (let time = 0; time < 2; time++) t.like(await answer(admin, first), { state: "joined", role: "member" });
	t.like(await answer(owner, second, false), { state: "denied" });
	await t.throwsAsync(answer(owner, second, true), { name: "NotFound" }, "it was denied");
	t.deepEqual(await waiting(), [asking[2]?.id]);
	t.truthy(third);
});

test("an account's groups are those that it owns and those that it has joined, each once", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const [owner, member] = [await core.person("olga"), await core.person("mia")];
	core.clock.time += 1000;
	const { group } = await createGroup(context, owner, { name: "One" }, {});
	const { group: own } = await createGroup(context, member, { name: "Own" }, {});
	for (const account of [owner, member])
		await changeMembership(context, group.id, account, () => ({ state: "joined" }));
	const ids = async (account: typeof owner) => (await groupsOf(context, account)).map(({ group: { id } }) => id);
	t.deepEqual(await ids(owner), [owner.group, group.id]);
	t.deepEqual(await ids(member), [member.group, own.id, group.id]);
	await changeMembership(context, group.id, member, () => ({ state: "left" }));
	t.deepEqual(await ids(member), [member.group, own.id]);
});

test("a tier is known by its stored rules, by the built-in ones, and otherwise as the narrowest", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	t.deepEqual(
		(await listTiers(context)).map(({ id }) => id),
		builtInTiers.map(({ id }) => id),
	);
	const rules = { ...builtInTiers[4].rules, search: false };
	await context.store.insert(tiers, "quiet", { id: "quiet", name: "Quiet", description: "", rules });
	t.deepEqual(await rulesOf(context, "quiet"), rules);
	t.deepEqual(await rulesOf(context, "public"), builtInTiers[3].rules);
	t.deepEqual(await rulesOf(context, "unheard-of"), builtInTiers[0].rules);
	t.true(await isTier(context, "quiet"));
	t.false(await isTier(context, "unheard-of"));
	t.is((await listTiers(context)).at(-1)?.id, "quiet");
});

test("a channel that does not exist has no place", async (t) => {
	const { context } = await openCore(t);
	t.is(await placeOf(context, mintId("chn", 1)), undefined);
	t.is(await placeOf(context, "nothing" as ChannelId), undefined);
});
