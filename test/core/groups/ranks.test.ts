import test from "ava";
import { addToChannel, removeFromChannel } from "#core/groups/channel-people.ts";
import { removeFromGroup, setGroupRole } from "#core/groups/group-people.ts";
import { membershipOf } from "#core/groups/membership.ts";
import { changeMembership } from "#core/groups/membership-change.ts";
import { givenRoles, outranks } from "#core/groups/ranks.ts";
import type { Account } from "#core/model/account.ts";
import { roles } from "#core/model/group.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

/** Who may change whose role or end whose membership: rows act, columns are acted upon. */
const allowed: Readonly<Record<string, readonly string[]>> = {
	owner: ["admin", "member", "guest"],
	admin: ["member", "guest"],
	member: [],
	guest: [],
	outsider: [],
};

test("a role outranks exactly those below it, and having none", (t) => {
	for (const [i, role] of roles.entries()) {
		t.true(outranks(role, undefined));
		for (const [j, other] of roles.entries()) t.is(outranks(role, other), i < j, `${role} ${other}`);
	}
});

for (const where of ["group", "channel"] as const)
	test(`in a ${where}, only owners and admins manage people, and only those of a lower role`, async (t) => {
		const core = await openCore(t);
		const { context } = core;
		const owner = await core.person("olga");
		const place = await core.channel(owner, "public");
		const { group, channel } = place;
		let number = 0;
		async function seat(role: string): Promise<Account> {
			if (role === "owner") return owner;
			const account = await core.person(`${role}${number++}`);
			if (role === "outsider") return account;
			const held = role as (typeof givenRoles)[number];
			await changeMembership(context, group.id, account, () => ({
				state: "joined",
				role: where === "group" ? held : "member",
			}));
			if (where === "channel")
				await changeMembership(context, channel.id, account, () => ({ state: "joined", role: held }));
			return account;
		}
		const roleOf = async (account: Account) => {
			const membership = await membershipOf(context, where === "group" ? group.id : channel.id, account);
			return membership?.state === "joined" ? membership.role : undefined;
		};
		const change = (actor: Account, account: Account, role: (typeof givenRoles)[number]) =>
			where === "group"
				? setGroupRole(context, group, actor, account, role)
				: addToChannel(context, place, actor, account, role);
		const remove = (actor: Account, account: Account) =>
			where === "group"
				? removeFromGroup(context, group, actor, account)
				: removeFromChannel(context, place, actor, account);
		for (const [acting, over] of Object.entries(allowed)) {
			const actor = await seat(acting);
			for (const other of givenRoles) {
				const account = await seat(other);
				const what = `${acting} over ${other}`;
				const wanted = other === "guest" ? "member" : "guest";
				if (over.includes(other)) {
					await change(actor, account, wanted);
					t.is(await roleOf(account), wanted, what);
					await remove(actor, account);
					t.is(await roleOf(account), undefined, what);
				} else {
					await t.throwsAsync(change(actor, account, wanted), { name: "PermissionDenied" }, what);
					await t.throwsAsync(remove(actor, account), { name: "PermissionDenied" }, what);
					t.is(await roleOf(account), other, what);
				}
			}
			// Only the owner makes admins, and none gets a role that the actor lacks.
			const member = await seat("member");
			if (acting === "owner") await change(actor, member, "admin");
			else await t.throwsAsync(change(actor, member, "admin"), { name: "PermissionDenied" }, acting);
		}
	});

test("only members of the group get into its channels, and a new role keeps the deliveries of a member of another network", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const { context } = core;
	const owner = await core.person("olga");
	const place = await core.channel(owner, "private");
	const { group, channel } = place;
	const outsider = await core.person("otto");
	await t.throwsAsync(addToChannel(context, place, owner, outsider), { name: "InvalidRequest" });
	await t.throwsAsync(setGroupRole(context, group, owner, outsider, "admin"), { name: "InvalidRequest" });
	await changeMembership(context, group.id, outsider, () => ({ state: "requested" }));
	await t.throwsAsync(addToChannel(context, place, owner, outsider), { name: "InvalidRequest" }, "only asked to join");

	const remote = await core.shadows.of(fedi.name, fedi.person("remi"));
	const reach = { reach: remote.reach as NonNullable<typeof remote.reach> };
	for (const id of [group.id, channel.id])
		await changeMembership(context, id, remote, () => ({ state: "joined", ...reach }));
	await addToChannel(context, place, owner, remote, "guest");
	await setGroupRole(context, group, owner, remote, "guest");
	for (const id of [group.id, channel.id]) t.like(await membershipOf(context, id, remote), { role: "guest", ...reach });
	// Repeating changes nothing.
	const before = await context.store.head(group.id);
	t.false((await setGroupRole(context, group, owner, remote, "guest")).changed);
	t.is(await context.store.head(group.id), before);
});

test("the owner can neither be removed nor get another role", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const owner = await core.person("olga");
	const { group } = await core.channel(owner, "private");
	const admin = await core.person("ann");
	await changeMembership(context, group.id, owner, () => ({ state: "joined", role: "owner" }));
	await changeMembership(context, group.id, admin, () => ({ state: "joined", role: "admin" }));
	for (const actor of [owner, admin]) {
		await t.throwsAsync(removeFromGroup(context, group, actor, owner), { name: "PermissionDenied" });
		await t.throwsAsync(setGroupRole(context, group, actor, owner, "guest"), { name: "PermissionDenied" });
	}
});
