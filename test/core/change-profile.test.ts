import test from "ava";
import { accountById } from "#core/accounts/find-account.ts";
import { changeProfile } from "#core/groups/change-profile.ts";
import { openCore } from "../support/core.ts";
import { createFakeBridge } from "../support/fake-bridge.ts";

test("each change of a profile is delivered to followers once, and an update without a change is not delivered", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const { context } = core;
	const jane = await core.person("jane");
	const target = { kind: "account", account: jane.id } as const;
	await core.incoming.receive(fedi.name, [
		{ kind: "join", id: "follow-1", sender: fedi.person("bob"), target, raw: {} },
	]);
	for (const changes of [
		{ displayName: "Jane D." },
		{ displayName: " Jane D. " },
		{ locked: true },
		{ locked: true },
		{},
	])
		await changeProfile(context, jane, changes);
	await core.settled();
	const updates = fedi.delivered.filter(({ kind }) => kind === "profile");
	t.deepEqual(
		updates.map(({ actor }) => actor.profile.displayName),
		["Jane D.", "Jane D."],
	);
});

test("updatedAt grows with each change, even if the clock stands still or goes back", async (t) => {
	const core = await openCore(t);
	const jane = await core.person("jane");
	let { updatedAt } = jane;
	for (let i = 0; i < 3; i++) {
		if (i === 2) core.clock.time -= 5000;
		await changeProfile(core.context, jane, { bio: `tea ${i}` });
		const now = (await accountById(core.context, jane.id))?.updatedAt ?? 0;
		t.true(now > updatedAt);
		updatedAt = now;
	}
});
