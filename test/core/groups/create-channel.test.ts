import test from "ava";
import { leave } from "#core/access/leave.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { createGroup } from "#core/groups/create-group.ts";
import { changeMembership } from "#core/groups/membership-change.ts";
import { joined } from "#core/groups/place.ts";
import { openCore } from "../../support/core.ts";

test("a repeated request makes one channel, adds the membership that a crash left out, and brings back none that has ended", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const [owner, admin] = [await core.person("olga"), await core.person("ann")];
	const { group } = await createGroup(context, owner, { name: "Guild" }, {});
	await changeMembership(context, group.id, admin, () => ({ state: "joined", role: "admin" }));
	for (const tier of ["private", "public"]) {
		const once = { request: `request-${tier}`, fingerprint: tier };
		const create = () => createChannel(context, admin, group, { name: "Staff", tier }, once);
		const [first, second] = [await create(), await create()];
		t.deepEqual([first.replayed, second.replayed], [false, true]);
		t.is(second.channel.id, first.channel.id);
		t.is((await joined(context, first.channel.id, admin, group.id))?.role, "owner");
		await leave(context, { group, channel: first.channel }, admin);
		await create();
		t.is(await joined(context, first.channel.id, admin, group.id), undefined);
		await t.throwsAsync(createChannel(context, admin, group, { name: "Other", tier }, { ...once, fingerprint: "x" }), {
			message: /Idempotency-Key/,
		});
	}
});
