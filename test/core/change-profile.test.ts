import test from "ava";
import { accountById } from "#core/accounts/find-account.ts";
import { changeProfile } from "#core/groups/change-profile.ts";
import { openCore } from "../support/core.ts";
import { createFakeBridge } from "../support/fake-bridge.ts";

test("a new name and a lock reach the followers, once each; a change of nothing reaches nobody", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const { context } = core;
	const jane = await core.person("jane");
	const target = { kind: "account", account: jane.id } as const;
	await core.incoming.receive(fedi.name, [
		{ kind: "join", id: "follow-1", sender: fedi.person("bob"), target, raw: {} },
	]);
	for (const wish of [{ displayName: "Jane D." }, { displayName: " Jane D. " }, { locked: true }, { locked: true }, {}])
		await changeProfile(context, jane, wish);
	await core.settled();
	const told = fedi.delivered.filter(({ kind }) => kind === "profile");
	t.deepEqual(
		told.map(({ actor }) => actor.profile.displayName),
		["Jane D.", "Jane D."],
	);
});

test("updatedAt grows with each change, though the clock stands still or goes back", async (t) => {
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
