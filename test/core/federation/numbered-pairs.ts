import type { ExecutionContext } from "ava";
import { joinChannel } from "#core/access/join-channel.ts";
import { accountCreated } from "#core/accounts/create-account.ts";
import { accountByHandle, accountById, accountByRemote, personKeyOf } from "#core/accounts/find-account.ts";
import { remoteUsers } from "#core/federation/remote-users.ts";
import { memberships } from "#core/groups/membership.ts";
import { changeMembership } from "#core/groups/membership-change.ts";
import { joined } from "#core/groups/place.ts";
import { bridgeName } from "#core/ids.ts";
import { type Account, addressOf } from "#core/model/account.ts";
import type { RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { type Core, openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

export const ofscp = bridgeName("ofscp");
export const fedi = createFakeBridge("fedi");

/** A person of b.test as each network describes them. */
export const byOfscp = (handle: string, id = `usr_${handle}`): RemotePerson => ({
	id: `${id}@b.test`,
	handle,
	domain: "b.test",
	kind: "person",
	profile: { displayName: `${handle} by OFSCP` },
});
export const byFedi = (handle: string, id = handle): RemotePerson => ({
	...fedi.person(id, "b.test"),
	handle,
	domain: "b.test",
	profile: { displayName: `${handle} by ActivityPub` },
});

/** An account as earlier versions created it: with a number, if its address was taken. */
async function asBefore(
	{ context }: Core,
	bridge: typeof ofscp,
	person: RemotePerson,
	handle: string,
): Promise<Account> {
	const { domain = "", kind, profile, reach } = person;
	const fields = { handle, domain, kind, profile, bridgeable: true, ...(reach === undefined ? {} : { reach }) };
	const body = accountCreated(context.clock.now(), { ...fields, origin: { bridge, id: person.id } });
	await context.log.append({
		stream: body.account.id,
		type: "account.created",
		actor: body.account.id,
		natural: personKeyOf(bridge, person.id),
		request: `handle:${handle}@${domain}`,
		body,
	});
	return (await accountById(context, body.account.id)) as Account;
}

/** The accounts of the report: bob is known twice, and the real bob_2 got a number as well. */
export async function pairs(t: ExecutionContext) {
	const core = await openCore(t);
	const { context } = core;
	const bob = await asBefore(core, fedi.name, byFedi("bob"), "bob");
	const numbered = await asBefore(core, ofscp, byOfscp("bob"), "bob_2");
	const real = await asBefore(core, fedi.name, byFedi("bob_2"), "bob_2_2");
	const { id: _, ...profile } = byOfscp("bob");
	const doc = { id: "usr_bob", handle: profile.handle, home: "b.test", updatedAt: 1, fetchedAt: 1, expiresAt: 9e15 };
	await context.store.insert(remoteUsers, "bob@b.test", doc);
	const jane = await core.person("jane");
	const club = await core.channel(jane, "public");
	await joinChannel(context, club, numbered);
	await changeMembership(context, numbered.timeline, jane, () => ({ state: "joined" }));
	return { core, bob, numbered, real, jane, club };
}

export async function assertMerged(
	t: ExecutionContext,
	{ core, bob, numbered, real, jane, club }: Awaited<ReturnType<typeof pairs>>,
) {
	const { context } = core;
	t.is((await accountByRemote(context, ofscp, byOfscp("bob").id))?.id, bob.id);
	t.is((await core.shadows.of(ofscp, byOfscp("bob"))).id, bob.id);
	t.is(addressOf((await accountById(context, numbered.id)) as Account), "bob@b.test");
	t.is((await accountByHandle(context, "bob", "b.test"))?.id, bob.id);
	t.truthy(await joined(context, club.channel.id, bob, club.group.id), "the membership has moved");
	t.is(await joined(context, club.channel.id, numbered), undefined);
	t.is(await context.store.count(memberships, "place", [numbered.timeline, "requested"]), 0);
	t.is((await context.store.get(memberships, `${bob.timeline}/${jane.id}`))?.doc.state, "requested");
	const renamed = await core.shadows.of(fedi.name, byFedi("bob_2"));
	t.is(renamed.id, real.id);
	t.is(addressOf(renamed), "bob_2@b.test");
}
