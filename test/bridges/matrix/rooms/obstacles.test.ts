import test from "ava";
import { until } from "../../../support/wait.ts";
import { bot, event, room } from "../matrix-scene.ts";
import { admin, answer, type FakeRoom, openRoomScene } from "./room-scene.ts";

const users = { [admin]: 100 };
const replacement = "!new:hs.test";

/** What may stand in the way of a link, with what ends it. */
const obstacles: readonly {
	readonly what: string;
	readonly state: Partial<FakeRoom>;
	readonly reason: RegExp;
}[] = [
	{
		what: "messages need power that new members do not have",
		state: { levels: { users: { ...users, [bot]: 50 }, events_default: 50 } },
		reason: /ghosts may not speak.*need power 50.*have 0/,
	},
	{
		what: "this type of message needs power",
		state: { levels: { users: { ...users, [bot]: 50 }, events: { "m.room.message": 10 } } },
		reason: /ghosts may not speak.*need power 10/,
	},
	{
		what: "new members have less than no power",
		state: { levels: { users: { ...users, [bot]: 0 }, users_default: -1 } },
		reason: /ghosts may not speak.*need power 0.*have -1/,
	},
	{
		what: "only invited users enter, and the bot may not invite",
		state: { joinRule: "invite", levels: { users, invite: 50 } },
		reason: /ghosts may not enter.*needs power 50.*has 0/,
	},
	{
		what: "users knock, and the bot may not invite",
		state: { joinRule: "knock", levels: { users: { ...users, [bot]: 49 }, invite: 50 } },
		reason: /ghosts may not enter.*has 49/,
	},
	{
		what: "users of other rooms enter, and the bot may not invite",
		state: { joinRule: "restricted", levels: { users, invite: 1 } },
		reason: /ghosts may not enter/,
	},
];

const harmless: readonly Partial<FakeRoom>[] = [
	{ joinRule: "public", levels: { users, invite: 100 } },
	{ joinRule: "invite", levels: { users: { ...users, [bot]: 50 }, invite: 50 } },
	{ levels: { users, events_default: 50, events: { "m.room.message": 0 } } },
	{ levels: { users, users_default: 10, events_default: 10 } },
];

for (const { what, state, reason } of obstacles)
	test(`a link is degraded, with the reason, while ${what}`, async (t) => {
		const scene = openRoomScene();
		const { judged, push, link, notices } = scene;
		const good = { ...scene.state };
		await judged();
		await push([answer("CODEX1")]);
		// The obstacle may be there before the link becomes active …
		Object.assign(scene.state, state);
		t.like(await judged(), { state: "degraded" });
		t.regex(link("brg_1").reason ?? "", reason);
		const told = notices().filter((text) => text.includes("Nothing is exchanged")).length;
		t.true(told <= 1);
		// … and end, …
		Object.assign(scene.state, good);
		t.like(await judged(), { state: "active" });
		t.is(link("brg_1").reason, undefined);
		// … or come later.
		Object.assign(scene.state, state);
		await push([event("m.room.power_levels", {}, { state_key: "", sender: admin })]);
		t.like(await judged(), { state: "degraded" });
		t.regex(link("brg_1").reason ?? "", reason);
		await judged();
		Object.assign(scene.state, good);
		t.like(await judged(), { state: "active" });
		t.is(notices().filter((text) => text.includes("Nothing is exchanged")).length, told === 0 ? 0 : 2);
	});

test("the room is told why nothing is exchanged, if the bot may speak there", async (t) => {
	const { judged, push, state, notices } = openRoomScene({ joinRule: "invite" });
	await judged();
	await push([answer("CODEX1")]);
	state.levels = { users, invite: 50 };
	await judged();
	t.regex(notices().at(-1) ?? "", /^Nothing is exchanged with the channel .* for now: ghosts may not enter the room/);
});

test("what does not keep ghosts from entering and speaking does not degrade a link", async (t) => {
	for (const state of harmless) {
		const { judged, push } = openRoomScene(state);
		await judged();
		await push([answer("CODEX1")]);
		t.like(await judged(), { state: "active" }, JSON.stringify(state));
	}
});

test("a link whose question the bot may not ask waits, and says so", async (t) => {
	const { judged, state, notices, link } = openRoomScene({ levels: { users, events_default: 50 } });
	t.like(await judged(), { state: "waiting" });
	t.regex(link("brg_1").reason ?? "", /the bot may not speak.*need power 50/);
	state.levels = { users };
	await judged();
	t.true(notices().at(-1)?.includes("asks to link"));
	t.regex(link("brg_1").reason ?? "", /say "link CODEX1"/);
});

test("an encrypted room is refused and told so once, however many links wait and whether or not the bot may speak", async (t) => {
	for (const levels of [{ users }, { users, events_default: 50 }]) {
		const { judged, wait, link, notices, push, homeserver } = openRoomScene({ encrypted: true, levels });
		wait("brg_2");
		await judged();
		await push([answer("CODEX1")]);
		await judged();
		for (const id of ["brg_1", "brg_2"]) t.like(link(id), { state: "degraded", reason: "the room is encrypted" });
		const paths = homeserver.asked.filter(({ path }) => path.includes("/send/")).map(({ path }) => path);
		t.is(new Set(paths).size, 1, "a repetition has the same transaction id");
		t.true(notices().every((text) => text === "This room can't be linked to a channel: the room is encrypted."));
	}
});

test("a room that becomes encrypted degrades its link", async (t) => {
	const { judged, push, state } = openRoomScene();
	await judged();
	await push([answer("CODEX1")]);
	t.like(await judged(), { state: "active" });
	state.encrypted = true;
	t.like(await judged(), { state: "degraded", reason: "the room is encrypted" });
});

test("a link is degraded before the transaction that encrypts its room is answered", async (t) => {
	const { judged, push, link, state, notices } = openRoomScene();
	await judged();
	await push([answer("CODEX1")]);
	await judged();
	state.encrypted = true;
	await push([event("m.room.encryption", { algorithm: "m.megolm.v1.aes-sha2" }, { state_key: "", sender: admin })]);
	t.like(link("brg_1"), { state: "degraded", reason: "the room is encrypted" });
	await judged();
	await judged();
	t.is(notices().filter((text) => text.includes("is encrypted")).length, 1, "the room is told once");
});

test("a link that an earlier version activated is checked at the start", async (t) => {
	const { bridge, host, portals, link, state } = openRoomScene({ levels: { users, events_default: 50 } });
	await host.state.set(`consent:${room}`, { agreed: "operator" });
	portals.set("brg_1", { ...link("brg_1"), state: "active" });
	const stopping = new AbortController();
	t.teardown(() => stopping.abort());
	await bridge.start(stopping.signal);
	await until("the link is degraded", () => link("brg_1").state === "degraded");
	t.regex(link("brg_1").reason ?? "", /ghosts may not speak/);
	t.is(state.bot, "join");
});

test("a tombstone counts only if the room that it names says that it replaces this one", async (t) => {
	for (const [what, named, creation, counts] of [
		["the predecessor is this room", replacement, { predecessor: { room_id: room, event_id: "$last" } }, true],
		["the predecessor has no event, as since version 12", replacement, { predecessor: { room_id: room } }, true],
		["the predecessor is another room", replacement, { predecessor: { room_id: "!third:hs.test" } }, false],
		["there is no predecessor", replacement, {}, false],
		["the predecessor is text", replacement, { predecessor: room }, false],
		["the predecessor is null", replacement, { predecessor: null }, false],
		["the bot can't read the other room", replacement, undefined, false],
		["the tombstone names this room", room, { predecessor: { room_id: room } }, false],
		["the tombstone names no room", undefined, undefined, false],
		["the tombstone names an odd room", { id: replacement }, undefined, false],
		["the tombstone names an alias", "#new:hs.test", { predecessor: { room_id: room } }, false],
	] as const) {
		const { judged, push, state } = openRoomScene();
		await judged();
		await push([answer("CODEX1")]);
		t.like(await judged(), { state: "active" });
		state.tombstone = named === undefined ? {} : { replacement_room: named };
		if (creation !== undefined) state.otherRooms.set(String(named), creation);
		await push([event("m.room.tombstone", state.tombstone, { state_key: "", sender: admin })]);
		t.like(await judged(), { state: counts ? "degraded" : "active" }, what);
	}
});

test("a pushed tombstone that is not in the room's state changes nothing", async (t) => {
	const { judged, push, state } = openRoomScene();
	await judged();
	await push([answer("CODEX1")]);
	await judged();
	state.otherRooms.set(replacement, { predecessor: { room_id: room } });
	await push([event("m.room.tombstone", { replacement_room: replacement }, { state_key: "", sender: admin })]);
	t.like(await judged(), { state: "active" });
});
