import test from "ava";
import { changePortal } from "#core/bridging/portals/change-portal.ts";
import { linkPortal } from "#core/bridging/portals/link-portal.ts";
import type { RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

test("replies and reactions of a person who objects to bridging are shown here and sent to no other network", async (t) => {
	const [fedi, rooms] = [createFakeBridge("fedi"), createFakeBridge("rooms")];
	const core = await openCore(t, [fedi, rooms]);
	const jane = await core.person("jane");
	const timeline = await core.timeline(jane);
	const reach = { bridge: rooms.name, target: "!room:x", lane: "rooms:!room:x" };
	const portal = await linkPortal(core.context, jane, timeline, { bridge: rooms.name, reach, consented: true });
	await changePortal(core.context, portal.id, "active");
	const memo = await core.post(jane, timeline, "Who comes along?");
	await core.settled();
	rooms.delivered.length = 0;

	const willing = fedi.person("willing");
	const unwilling: RemotePerson = { ...fedi.person("unwilling"), bridgeable: false };
	for (const sender of [unwilling, willing]) {
		const { handle } = sender;
		const received = await core.incoming.receive(fedi.name, [
			fedi.message(sender, `reply of ${handle}`, `I do, says ${handle}`, { replyTo: { local: memo.id } }),
			{
				kind: "reaction",
				id: `like of ${handle}`,
				reaction: `like of ${handle}`,
				sender,
				raw: {},
				target: { local: memo.id },
				key: "⭐",
			},
		]);
		t.deepEqual(
			received.map(({ status }) => status),
			["accepted", "accepted"],
			handle,
		);
	}
	await core.settled();
	t.deepEqual(
		rooms.delivered.map(({ kind, actor }) => `${kind} ${actor.handle}`),
		["message willing", "reaction willing"],
	);
});
