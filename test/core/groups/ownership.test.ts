import test from "ava";
import { joinGroup } from "#core/access/join-channel.ts";
import { leave } from "#core/access/leave.ts";
import { may } from "#core/access/permissions.ts";
import { accounts } from "#core/accounts/account.ts";
import { migrate, migrations } from "#core/catalogue/migrations.ts";
import { appendAccountDeletion } from "#core/erasure/delete-account.ts";
import { addToChannel } from "#core/groups/channel-people.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { groups } from "#core/groups/group.ts";
import { setGroupRole } from "#core/groups/group-people.ts";
import { membershipOf } from "#core/groups/membership.ts";
import { acceptGroup, giveGroup, offerGroup } from "#core/groups/ownership.ts";
import { roleIn } from "#core/groups/place.ts";
import type { Account } from "#core/model/account.ts";
import type { Group } from "#core/model/group.ts";
import { type Core, openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

const current = async ({ context }: Core, { id }: Group): Promise<Group> =>
	(await context.store.get(groups, id))?.doc as Group;

async function join(core: Core, group: Group, handle: string): Promise<Account> {
	const account = await core.person(handle);
	await joinGroup(core.context, group, account);
	core.clock.time += 1000;
	return account;
}

async function deleted(core: Core, account: Account): Promise<void> {
	await appendAccountDeletion(core.context, account);
	await core.settled();
}

test("when the owner's account is deleted, the admin who has been one longest owns the group and can run it", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const owner = await core.person("olga");
	const place = await core.channel(owner, "private");
	const { group } = place;
	const [first, second, third] = [
		await join(core, group, "ann"),
		await join(core, group, "bea"),
		await join(core, group, "cleo"),
	];
	for (const admin of [third, second, first]) {
		await setGroupRole(context, group, owner, admin, "admin");
		core.clock.time += 1000;
	}
	// Was an admin before the others, but no longer is.
	await setGroupRole(context, group, owner, third, "member");
	await deleted(core, owner);
	const now = await current(core, group);
	t.is(now.owner, second.id);
	t.is((await membershipOf(context, group.id, second))?.role, "owner");
	t.is(await roleIn(context, now, undefined, second), "owner");
	t.is(await roleIn(context, now, undefined, first), "admin");
	await setGroupRole(context, now, second, third, "admin");
	await addToChannel(context, { ...place, group: now }, second, first);
	const { channel } = await createChannel(context, second, now, { name: "new", tier: "public" }, {});
	t.is(channel.group, group.id);

	// The next one, and the last one.
	await deleted(core, second);
	t.is((await current(core, group)).owner, first.id);
});

test("without an admin the group is archived: it can be read and left, and the provider can give it to a member", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const { context } = core;
	const owner = await core.person("olga");
	const place = await core.channel(owner, "public");
	const { group } = place;
	const [member, other] = [await join(core, group, "mia"), await join(core, group, "max")];
	// An admin who lives elsewhere can't run a group here.
	const remote = await core.shadows.of(fedi.name, fedi.person("remi"));
	await joinGroup(context, group, remote);
	await setGroupRole(context, group, owner, remote, "admin");
	await deleted(core, owner);
	const archived = await current(core, group);
	t.true(archived.archived);
	for (const account of [member, remote])
		for (const action of ["post", "reply", "moderate"] as const)
			t.false(await may(context, action, { ...place, group: archived }, account), action);
	const late = await core.person("late");
	await t.throwsAsync(joinGroup(context, archived, late), { message: /archived/ });
	await leave(context, { group: archived }, other);

	await t.throwsAsync(giveGroup(context, archived, remote), { name: "InvalidRequest" });
	await giveGroup(context, archived, member);
	const given = await current(core, group);
	t.is(given.archived, undefined);
	t.is(given.owner, member.id);
	t.true(await may(context, "post", { ...place, group: given }, member));
	await joinGroup(context, given, late);
});

test("a group changes its owner when the member to whom it was offered accepts, and the former owner becomes an admin", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const owner = await core.person("olga");
	const { group } = await core.channel(owner, "private");
	const [heir, other] = [await join(core, group, "hedy"), await join(core, group, "max")];
	await t.throwsAsync(offerGroup(context, group, heir, heir), { name: "PermissionDenied" });
	await t.throwsAsync(offerGroup(context, group, owner, await core.person("stranger")), { name: "InvalidRequest" });
	await t.throwsAsync(acceptGroup(context, group, heir), { name: "PermissionDenied" });
	await offerGroup(context, group, owner, other);
	await offerGroup(context, group, owner, heir);
	await t.throwsAsync(acceptGroup(context, group, other), { name: "PermissionDenied" }, "a later offer replaces it");
	t.is((await current(core, group)).owner, owner.id);
	for (let time = 0; time < 2; time++) await acceptGroup(context, group, heir);
	const now = await current(core, group);
	t.is(now.owner, heir.id);
	t.is(now.offer, undefined);
	t.is(await roleIn(context, now, undefined, owner), "admin");
	await leave(context, { group: now }, owner);
	t.is(await roleIn(context, now, undefined, owner), undefined);
	await t.throwsAsync(leave(context, { group: now }, heir), { message: /owner/ });
});

test("an offer is over when the member has left, or the owner's account was deleted", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const owner = await core.person("olga");
	const { group } = await core.channel(owner, "private");
	const [heir, admin] = [await join(core, group, "hedy"), await join(core, group, "ann")];
	await offerGroup(context, group, owner, heir);
	await leave(context, { group }, heir);
	await joinGroup(context, group, heir);
	await t.throwsAsync(acceptGroup(context, group, heir), { name: "PermissionDenied" });
	await setGroupRole(context, group, owner, admin, "admin");
	await offerGroup(context, group, owner, heir);
	await deleted(core, owner);
	await t.throwsAsync(acceptGroup(context, group, heir), { name: "PermissionDenied" });
	t.is((await current(core, group)).owner, admin.id);
});

test("a group whose owner was deleted by an earlier version gets an owner at the first start", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const owner = await core.person("olga");
	const { group } = await core.channel(owner, "public");
	const { group: lonely } = await core.channel(owner, "public");
	const admin = await join(core, group, "ann");
	await setGroupRole(context, group, owner, admin, "admin");
	await migrate(context, new AbortController().signal);
	await core.lanes.stop();
	await appendAccountDeletion(context, owner);
	t.truthy((await context.store.get(accounts, owner.id))?.doc.deletedAt);
	t.is((await current(core, group)).owner, owner.id);
	await context.store.delete(migrations, "groups-keep-an-owner");
	for (let start = 0; start < 2; start++) await migrate(context, new AbortController().signal);
	t.is((await current(core, group)).owner, admin.id);
	t.true((await current(core, lonely)).archived);
});
