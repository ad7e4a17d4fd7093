import test from "ava";
import { changePortal } from "#core/bridging/portals/change-portal.ts";
import { portalByRoom, portalsOfRoom } from "#core/bridging/portals/find-portal.ts";
import { linkCode } from "#core/bridging/portals/link-code.ts";
import { linkPortal, unlinkPortal } from "#core/bridging/portals/link-portal.ts";
import { portals } from "#core/bridging/portals/portal.ts";
import { Conflict } from "#core/errors.ts";
import type { Portal } from "#core/model/portal.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

/** Some people who each have a channel, and a network with rooms. */
async function open(t: Parameters<typeof openCore>[0], ...names: readonly string[]) {
	const chat = createFakeBridge("chat");
	const core = await openCore(t, [chat]);
	const room = "!den:x";
	const reach = { bridge: chat.name, target: room, lane: `chat:${room}` };
	const sides = await Promise.all(
		names.map(async (name) => {
			const person = await core.person(`of-${name}`);
			const place = await core.channel(person, "public", name);
			const link = (consented = false) =>
				linkPortal(core.context, person, place, { bridge: chat.name, reach, consented });
			return { person, place, link };
		}),
	);
	const stateOf = async ({ id }: Portal) => (await core.context.store.get(portals, id))?.doc.state;
	return { core, chat, room, sides, stateOf };
}

test("a stranger's link that waits for a room hinders neither a member nor the operator from linking it", async (t) => {
	const { sides, core, chat, room, stateOf } = await open(t, "stranger", "owner", "operated");
	const [stranger, owner, operated] = sides;
	const links = [await stranger!.link(), await owner!.link(), await operated!.link(true)];
	t.deepEqual(
		links.map(({ state }) => state),
		["waiting", "waiting", "waiting"],
	);
	t.deepEqual(
		(await portalsOfRoom(core.context, chat.name, room)).map(({ id }) => id).toSorted(),
		links.map(({ id }) => id).toSorted(),
	);
	t.is(new Set(links.map(({ id }) => linkCode(id))).size, 3);
	await changePortal(core.context, links[1]!.id, "active");
	t.is((await portalByRoom(core.context, chat.name, room))?.id, links[1]!.id);
	t.is(await stateOf(links[0]!), "waiting");
});

test("of the links of a room only one becomes active, in whatever order and however many try at once", async (t) => {
	const { sides, core, chat, room, stateOf } = await open(t, "a", "b", "c", "d");
	const links = await Promise.all(sides.map(({ link }) => link()));
	const active = async () => {
		const states = await Promise.all(links.map(stateOf));
		return links.filter((_, i) => states[i] === "active");
	};
	for (let round = 0; round < 4; round++) {
		await Promise.all(links.map(({ id }) => changePortal(core.context, id, "active")));
		const [first, ...others] = await active();
		t.truthy(first, `round ${round}`);
		t.deepEqual(others, [], `round ${round}`);
		t.is((await portalByRoom(core.context, chat.name, room))?.id, first?.id);
		// It makes room in one of the two ways in which a link stops being active.
		if (round % 2 === 0) await changePortal(core.context, first!.id, "degraded", "away");
		else await unlinkPortal(core.context, sides[links.indexOf(first!)]!.person, first!.id);
		t.deepEqual(await active(), []);
	}
});

test("a link that an earlier version made active counts, although its activations were not counted then", async (t) => {
	const { sides, core } = await open(t, "older", "newer");
	const [older, newer] = [await sides[0]!.link(), await sides[1]!.link()];
	const stored = await core.context.store.get(portals, older.id);
	await core.context.store.replace(portals, older.id, stored!.rev, { ...stored!.doc, state: "active" });
	t.is((await changePortal(core.context, newer.id, "active"))?.state, "waiting");
	await changePortal(core.context, older.id, "degraded", "away");
	t.is((await changePortal(core.context, newer.id, "active"))?.state, "active");
	t.is((await changePortal(core.context, older.id, "active"))?.state, "degraded");
});

test("the operator's consent for a link that waits already is delivered, and is refused while another link is active", async (t) => {
	const { sides, core, chat } = await open(t, "stranger", "owner");
	const [stranger, owner] = sides;
	const waiting = await owner!.link();
	t.is((await owner!.link()).id, waiting.id);
	t.is((await owner!.link(true)).id, waiting.id);
	await core.settled();
	t.deepEqual(
		chat.delivered.map((delivery) => delivery.kind === "link" && delivery.consented),
		[false, true],
	);
	await changePortal(core.context, waiting.id, "active");
	const error = await t.throwsAsync(stranger!.link(true), { instanceOf: Conflict });
	t.is(error?.errorCode, "room_linked");
	t.regex(error?.message ?? "", new RegExp(owner!.place.channel.id));
	t.is((await stranger!.link()).state, "waiting");
});

test("what the room has agreed to about moderation stays with the link until the room agrees to something else", async (t) => {
	const { sides, core } = await open(t, "owner");
	const { id } = await sides[0]!.link();
	const moderation = async () => (await core.context.store.get(portals, id))?.doc.moderation;
	t.is(await moderation(), undefined);
	await changePortal(core.context, id, "active", undefined, "shared");
	await changePortal(core.context, id, "degraded", "away");
	await changePortal(core.context, id, "active");
	t.is(await moderation(), "shared");
	await changePortal(core.context, id, "active", undefined, "own");
	t.is(await moderation(), "own");
});
