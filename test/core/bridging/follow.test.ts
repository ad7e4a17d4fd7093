import test, { type ExecutionContext } from "ava";
import { joinChannel } from "#core/access/join-channel.ts";
import { accountByRemote } from "#core/accounts/find-account.ts";
import { followReference, listFollows } from "#core/bridging/follow.ts";
import { NotFound } from "#core/errors.ts";
import { bridgeName } from "#core/ids.ts";
import type { Account } from "#core/model/account.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

const ofscp = bridgeName("ofscp");

async function open(t: ExecutionContext) {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const directory = { bridges: () => [fedi], shadows: core.shadows };
	const follow = (reference: string, who = jane) => followReference(core.context, directory, who, reference);
	/** A person who has only sent signed requests from another OFSCP provider. */
	const visitor = (handle: string) =>
		core.shadows.of(ofscp, {
			id: `usr_1@b.test`,
			handle,
			domain: "b.test",
			kind: "person",
			profile: { displayName: handle },
		});
	const count = async (states: readonly ("requested" | "joined")[], who = jane) =>
		(await listFollows(core.context, who, { states, limit: 10 })).length;
	return { core, fedi, jane, follow, visitor, count };
}

test("a person first known by their requests from another provider is asked by the network that finds them", async (t) => {
	const { core, fedi, jane, follow, visitor, count } = await open(t);
	await visitor("bob");
	const bob = fedi.person("bob", "b.test");
	t.is((await follow("@bob@b.test")).membership.state, "requested");
	await core.settled();
	t.deepEqual(
		fedi.delivered.map(({ kind, reach }) => [kind, reach.target]),
		[["join", bob.reach?.target]],
	);
	const accept = { kind: "answer", id: "accept", sender: bob, raw: {}, account: jane.id, accepted: true } as const;
	await core.incoming.receive(fedi.name, [accept]);
	t.deepEqual([await count(["joined"]), await count(["requested"])], [1, 0]);
});

test("a person who can be asked by no road can't be followed, by reference or by joining their timeline", async (t) => {
	const { core, jane, follow, visitor, count } = await open(t);
	const bob = await visitor("bob");
	const timeline = await core.timeline(bob, jane);
	for (const reference of ["bob@b.test", `${bob.id}@social.test`, `https://social.test/users/${bob.id}`])
		await t.throwsAsync(follow(reference), { instanceOf: NotFound }, reference);
	await t.throwsAsync(joinChannel(core.context, timeline, jane), { instanceOf: NotFound });
	t.is(await count(["joined", "requested"]), 0);
});

test("an account that was deleted, here or at its home, can't be followed in any way", async (t) => {
	const { core, fedi, jane, follow, count } = await open(t);
	const joe = await core.person("joe");
	const bob = fedi.person("bob");
	await core.shadows.of(fedi.name, bob);
	const shadow = (await accountByRemote(core.context, fedi.name, bob.id)) as Account;
	const places = [await core.timeline(joe), await core.timeline(shadow, jane)];
	await core.incoming.receive(fedi.name, [{ kind: "gone", id: "gone", sender: bob, raw: {} }]);
	await core.context.log.append({
		stream: joe.id,
		type: "account.deleted",
		actor: joe.id,
		body: { account: joe.id },
	});
	await core.settled();
	for (const { id, handle } of [joe, shadow])
		for (const reference of [
			handle,
			`@${handle}@social.test`,
			id,
			`https://social.test/users/${id}`,
			`https://social.test/@${handle}`,
		])
			await t.throwsAsync(follow(reference), { instanceOf: NotFound }, reference);
	for (const place of places) await t.throwsAsync(joinChannel(core.context, place, jane), { instanceOf: NotFound });
	t.is(await count(["joined", "requested"]), 0);
	for (const target of [
		{ kind: "account", account: joe.id },
		{ kind: "channel", channel: joe.timeline },
	] as const) {
		const join = { kind: "join", id: `join ${target.kind}`, sender: fedi.person("eve"), raw: {}, target } as const;
		t.deepEqual(await core.incoming.receive(fedi.name, [join]), [{ status: "ignored", reason: "unknown-place" }]);
	}
});
