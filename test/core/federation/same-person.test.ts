import test from "ava";
import { accountByHandle, accountById, accountByRemote } from "#core/accounts/find-account.ts";
import { migrate, migrations } from "#core/catalogue/migrations.ts";
import { remoteUsers } from "#core/federation/remote-users.ts";
import { bridgeName } from "#core/ids.ts";
import { messages } from "#core/messages/message.ts";
import { type Account, addressOf } from "#core/model/account.ts";
import { openCore } from "../../support/core.ts";
import { assertMerged, byFedi, byOfscp, fedi, ofscp, pairs } from "./numbered-pairs.ts";

const orders = {
	"ActivityPub first": [
		[fedi.name, byFedi("bob")],
		[ofscp, byOfscp("bob")],
	],
	"OFSCP first": [
		[ofscp, byOfscp("bob")],
		[fedi.name, byFedi("bob")],
	],
} as const;

for (const [name, order] of Object.entries(orders))
	test(`a person is one account, without a number, whichever network brings them: ${name}`, async (t) => {
		const core = await openCore(t);
		const seen: Account[] = [];
		for (const [bridge, person] of [...order, ...order]) seen.push(await core.shadows.of(bridge, person));
		t.is(new Set(seen.map(({ id }) => id)).size, 1);
		const now = (await accountByHandle(core.context, "bob", "b.test")) as Account;
		t.is(addressOf(now), "bob@b.test");
		t.is(now.origin?.bridge, fedi.name, "the network that delivers to them describes them");
		t.is(now.reach?.bridge, fedi.name);
		t.is(now.profile.displayName, "bob by ActivityPub");
		for (const [bridge, { id }] of order) t.is((await accountByRemote(core.context, bridge, id))?.id, now.id);
		t.like(await core.shadows.of(fedi.name, byFedi("bob_2")), { handle: "bob_2", domain: "b.test" });
	});

test("a person whom both networks bring at the same time is one account", async (t) => {
	const core = await openCore(t);
	const people = Array.from({ length: 10 }, (_, n) => `p${n}`);
	await Promise.all(
		people.flatMap((handle) => [
			core.shadows.of(fedi.name, byFedi(handle)),
			core.shadows.of(ofscp, byOfscp(handle)),
			core.shadows.of(fedi.name, byFedi(handle)),
		]),
	);
	for (const handle of people) {
		const [one, other] = await Promise.all([
			accountByRemote(core.context, fedi.name, byFedi(handle).id),
			accountByRemote(core.context, ofscp, byOfscp(handle).id),
		]);
		t.is(one?.id, other?.id);
		t.is(one?.handle, handle);
	}
});

test("another person who gets a former owner's address is another account, and no one gets a number", async (t) => {
	const core = await openCore(t);
	const former = await core.shadows.of(ofscp, byOfscp("bob", "usr_old"));
	core.clock.time++;
	const owner = await core.shadows.of(ofscp, byOfscp("bob", "usr_new"));
	t.not(former.id, owner.id);
	t.deepEqual([former, owner].map(addressOf), ["bob@b.test", "bob@b.test"]);
	t.is((await accountByHandle(core.context, "bob", "b.test"))?.id, owner.id);
	t.is((await core.shadows.of(fedi.name, byFedi("bob"))).id, owner.id);
});

test("a ghost on our own domain is never taken for a person of another network", async (t) => {
	const core = await openCore(t);
	const ghost = await core.shadows.of(fedi.name, { ...fedi.guest("alice"), handle: "alice_b" });
	const other = await core.shadows.of(bridgeName("chat"), {
		...fedi.guest("alice"),
		id: "@alice:b",
		handle: "alice_b",
	});
	t.not(ghost.id, other.id);
	t.deepEqual([ghost.handle, other.handle], ["alice_b", "alice_b_2"]);
	const local = await core.person("carol");
	const namesake = await core.shadows.of(ofscp, byOfscp("carol"));
	t.not(local.id, namesake.id);
});

test("a renamed remote person keeps their account", async (t) => {
	const core = await openCore(t);
	const before = await core.shadows.of(fedi.name, byFedi("bob", "b1"));
	const after = await core.shadows.of(fedi.name, byFedi("robert", "b1"));
	t.is(after.id, before.id);
	t.is(addressOf(after), "robert@b.test");
	t.is((await core.shadows.of(ofscp, byOfscp("bob"))).id === before.id, false);
});

for (const steps of [0, 1, 2, 3, 4, 5, 6])
	test(`pairs of an earlier version become one account at the first start, also if it is interrupted after ${steps} events`, async (t) => {
		const scene = await pairs(t);
		const { context } = scene.core;
		const stop = new AbortController();
		const { append } = context.log;
		let appended = 0;
		const interrupted = {
			...context,
			log: {
				...context.log,
				append: (...given: Parameters<typeof append>) => {
					if (++appended > steps) throw new Error("the process ends here");
					return append(...given);
				},
			},
		} as typeof context;
		await t.throwsAsync(migrate(interrupted, stop.signal), { message: "the process ends here" });
		t.is(await context.store.get(migrations, "one-account-for-each-remote-person"), undefined);
		await migrate(context, stop.signal);
		await assertMerged(t, scene);
	});

test("pairs of which nothing is kept become one account when the person is next heard of", async (t) => {
	const scene = await pairs(t);
	await scene.core.context.store.delete(remoteUsers, "bob@b.test");
	await migrate(scene.core.context, new AbortController().signal);
	t.not((await accountByRemote(scene.core.context, ofscp, byOfscp("bob").id))?.id, scene.bob.id);
	await scene.core.shadows.of(ofscp, byOfscp("bob"));
	await assertMerged(t, scene);
});

test("a number of an earlier version is never taken for the name of another person", async (t) => {
	const { core, numbered, real } = await pairs(t);
	const other = await core.shadows.of(ofscp, byOfscp("bob_2"));
	t.not(other.id, numbered.id);
	t.not(other.id, real.id);
	const renamed = await core.shadows.of(fedi.name, byFedi("bob_2"));
	t.is(renamed.id, real.id);
	t.is((await core.shadows.of(ofscp, byOfscp("bob_2"))).id, real.id, "now both homes have confirmed it");
});

test("when a person's home deletes their account, no profile that they had is left, nor what their merged accounts said", async (t) => {
	const { core, bob, numbered, club } = await pairs(t);
	const { context } = core;
	const note = await core.post(numbered, club, "an old note");
	await migrate(context, new AbortController().signal);
	t.is((await accountById(context, numbered.id))?.mergedInto, bob.id);
	const renamed = { ...byFedi("bob"), profile: { displayName: "Bob the Builder", bio: "secret" } };
	await core.incoming.receive(fedi.name, [{ kind: "profile", id: "update", sender: renamed, raw: {} }]);
	t.is((await accountById(context, bob.id))?.profile.bio, "secret");
	for (let n = 0; n < 2; n++)
		await core.incoming.receive(fedi.name, [{ kind: "gone", id: "gone", sender: renamed, raw: {} }]);
	await core.settled();
	for (const { id } of [bob, numbered]) {
		t.true(((await accountById(context, id))?.deletedAt ?? 0) > 0);
		const stream = JSON.stringify(await context.store.events(id, 0, 1000));
		for (const word of ["by OFSCP", "by ActivityPub", "Builder", "secret"]) t.false(stream.includes(word), word);
	}
	t.like((await context.store.get(messages, note.id))?.doc, { content: { text: "" } });
});

test("the profiles of accounts that an earlier version deleted are erased at the first start, once", async (t) => {
	const { core, bob, numbered } = await pairs(t);
	const { context } = core;
	const going = new AbortController().signal;
	await migrate(context, going);
	// As earlier versions deleted an account: nothing but the account itself was emptied.
	await context.log.append({
		stream: bob.id,
		type: "account.deleted",
		actor: bob.id,
		natural: `deleted:${bob.id}`,
		body: { account: bob.id },
	});
	const done = await context.store.get(migrations, "profiles-of-deleted-accounts");
	await context.store.delete(migrations, done?.id ?? "");
	for (let start = 0; start < 2; start++) {
		await migrate(context, going);
		await context.store.delete(migrations, "profiles-of-deleted-accounts");
	}
	for (const { id } of [bob, numbered])
		t.false(/by OFSCP|by ActivityPub/.test(JSON.stringify(await context.store.events(id, 0, 1000))), id);
	t.truthy((await accountById(context, numbered.id))?.deletedAt);
	const head = await context.store.head(bob.id);
	await migrate(context, going);
	t.is(await context.store.head(bob.id), head, "what is erased already is left alone");
});
