import test from "ava";
import { HomeserverError } from "../../../../bridges/matrix/homeserver.ts";
import { until } from "../../../support/wait.ts";
import { bot, event, room, textEvent } from "../matrix-scene.ts";
import { admin, answer, invite, kick, member, openRoomScene } from "./room-scene.ts";

const powerChanged = () => event("m.room.power_levels", {}, { state_key: "", sender: admin });

test("the room is told who asks, for which channel, and who will read, before a link becomes active", async (t) => {
	const { judged, notices, link, push } = openRoomScene();
	t.like(await judged(), { state: "waiting" });
	t.is(notices().length, 1);
	const [question = ""] = notices();
	t.regex(question, /^owner-of-brg_1@here\.example \("Owner of brg_1"\) asks to link this room/);
	t.regex(question, /"channel-brg_1" of "Guild" on here\.example/);
	t.regex(question, /Anyone, even without an account, can read.*although this room is for invited people/);
	t.regex(question, /moderators of each side/);
	t.true(question.includes(`link ${link("brg_1").code}`));
	await judged();
	t.is(notices().length, 1, "the room is asked once");
	await push([answer(link("brg_1").code)]);
	t.like(await judged(), { state: "active", moderation: "own" });
	t.regex(notices()[1] ?? "", /^This room is now linked to the channel "channel-brg_1"/);
});

test("an answer with `shared` agrees to shared moderation, and one without it to each side's own", async (t) => {
	for (const [words, moderation] of [
		["link CODEX1", "own"],
		["LINK codex1", "own"],
		["  `link CODEX1`  ", "own"],
		["link CODEX1 own", "own"],
		["link   CODEX1   Shared", "shared"],
		["> <@_ofscp_bot:hs.test> answer: link CODEX1\n\nlink CODEX1 shared.", "shared"],
	]) {
		const { judged, push } = openRoomScene();
		await judged();
		await push([textEvent(words as string, { sender: admin })]);
		t.like(await judged(), { state: "active", moderation: moderation as "own" }, words);
	}
});

test("nothing but a message with the code, said by a user with power after the question, activates a link", async (t) => {
	const edit = { msgtype: "m.text", body: "link CODEX1", "m.relates_to": { rel_type: "m.replace", event_id: "$old" } };
	const said = (content: object, fields: object = {}) => event("m.room.message", content, { sender: admin, ...fields });
	for (const [what, events] of [
		["the word alone", [textEvent("link", { sender: admin })]],
		["another code", [answer("ABCDEF")]],
		["a user without power", [answer("CODEX1", member)]],
		["an invitation by a user with power", [invite(admin)]],
		["a change of the power levels", [powerChanged()]],
		["a notice", [said({ msgtype: "m.notice", body: "link CODEX1" })]],
		["an edit", [said(edit)]],
		["a quotation", [textEvent("> link CODEX1", { sender: admin })]],
		["a sentence that contains it", [textEvent("should I say link CODEX1", { sender: admin })]],
		["a state event", [said({ msgtype: "m.text", body: "link CODEX1" }, { state_key: "" })]],
		["one of our ghosts", [answer("CODEX1", "@_ofscp_jane=40here.example:hs.test")]],
	] as const) {
		const { judged, push, state } = openRoomScene();
		state.levels = { users: { [admin]: 100, [bot]: 100, "@_ofscp_jane=40here.example:hs.test": 100 } };
		await judged();
		await push(events);
		t.like(await judged(), { state: "waiting" }, what);
		await push([answer("CODEX1")]);
		t.like(await judged(), { state: "active" }, `after ${what}`);
	}
	const { judged, push } = openRoomScene();
	await push([answer("CODEX1")]);
	t.like(await judged(), { state: "waiting" }, "an answer before the question");
	t.like(await judged(), { state: "waiting" }, "an answer before the question, later");
});

test("an answer counts by the power that its sender has when it is checked, and never by power that is given later", async (t) => {
	const { judged, push, state } = openRoomScene();
	await judged();
	await push([answer("CODEX1", member)]);
	t.like(await judged(), { state: "waiting" });
	state.levels = { users: { [admin]: 100, [member]: 100 } };
	t.like(await judged(), { state: "waiting" });
});

test("any number of links wait for a room, and the room agrees to one of them", async (t) => {
	const scene = openRoomScene();
	const { judged, push, wait, link, notices } = scene;
	for (let i = 2; i < 10; i++) wait(`brg_${i}`);
	await judged();
	t.is(notices().length, 5, "the bot asks about some of them only");
	await push([answer("CODEX3")]);
	t.like(await judged("brg_3"), { state: "active" });
	for (const id of ["brg_1", "brg_2", "brg_9"]) t.is(link(id).state, "waiting", id);
});

test("a link that was not announced is announced when a user with power names its code, and waits for the answer", async (t) => {
	const scene = openRoomScene();
	const { judged, push, wait, notices } = scene;
	for (let i = 2; i < 8; i++) wait(`brg_${i}`);
	await judged();
	const before = notices().length;
	await push([answer("CODEX7", member)]);
	await judged();
	t.is(notices().length, before);
	await push([answer("CODEX7")]);
	t.like(await judged("brg_7"), { state: "waiting" });
	t.true(notices().at(-1)?.includes("channel-brg_7"));
	await push([answer("CODEX7")]);
	t.like(await judged("brg_7"), { state: "active" });
});

test("a room is not flooded with questions by links that are made and ended again", async (t) => {
	const { judged, wait, unlink, notices, push, link } = openRoomScene();
	await judged();
	for (let i = 2; i < 20; i++) {
		const id = `brg_${i}`;
		wait(id);
		await judged();
		await unlink(id);
	}
	t.is(notices().length, 5);
	await push([answer(link("brg_1").code)]);
	t.like(await judged(), { state: "active" });
});

test("a room with an active link is not asked about others, and agrees to none of them before that link ends", async (t) => {
	const { judged, push, wait, notices, link, unlink, state } = openRoomScene();
	await judged();
	await push([answer("CODEX1")]);
	await judged();
	const before = notices().length;
	wait("brg_2");
	await judged();
	t.is(notices().length, before);
	await push([answer("CODEX2")]);
	await judged();
	await push([answer("CODEX2")]);
	t.like(await judged("brg_2"), { state: "waiting" });
	t.is(link("brg_1").state, "active");
	t.regex(notices().at(-1) ?? "", /linked to another channel already/);
	await unlink("brg_1");
	t.is(state.bot, "join", "the bot stays for the other link");
	t.like(await judged("brg_2"), { state: "waiting" }, "an answer that was refused does not count later");
	await push([answer("CODEX2")]);
	t.like(await judged("brg_2"), { state: "active" });
});

test("ending a link that waits changes nothing for the active one, and the end of the last one takes the bot away", async (t) => {
	const { judged, push, wait, link, unlink, state, homeserver, host } = openRoomScene();
	await judged();
	await push([answer("CODEX1")]);
	await judged();
	wait("brg_2");
	await judged();
	const asked = homeserver.asked.length;
	await unlink("brg_2");
	t.is(state.bot, "join");
	t.is(link("brg_1").state, "active");
	t.false(
		homeserver
			.lines()
			.slice(asked)
			.some((line) => line.includes("/leave") || line.startsWith("PUT")),
	);
	await unlink("brg_1");
	t.is(state.bot, "leave");
	t.deepEqual(await host.state.list("consent:", { limit: 1 }), []);
});

test("the bot enters a room only with an invitation, or if it is public and the operator links it", async (t) => {
	for (const [joinRule, invited, operator, enters] of [
		["public", false, false, false],
		["public", true, false, true],
		["public", false, true, true],
		["invite", false, false, false],
		["invite", true, false, true],
		["invite", false, true, false],
		["invite", true, true, true],
		["knock", false, true, false],
	] as const) {
		const what = `${joinRule}, ${invited ? "invited" : "not invited"}, ${operator ? "operator" : "member"}`;
		const { judged, operatorLinks, state, homeserver } = openRoomScene({ joinRule, bot: invited ? "invite" : "leave" });
		if (operator) await operatorLinks("brg_1");
		else await judged();
		t.is(state.bot === "join", enters, what);
		if (!operator)
			t.is(
				homeserver.lines().some((line) => line.startsWith("POST /join/")),
				enters,
				what,
			);
	}
});

test("where the homeserver does not say whether the bot is invited, the invitation that was received counts", async (t) => {
	for (const withdrawn of [false, true]) {
		const { judged, push, state, homeserver } = openRoomScene({ joinRule: "public", bot: "leave" });
		const { script } = homeserver;
		homeserver.script = (asked) => {
			if (asked.path.startsWith("/room_summary/")) throw new HomeserverError(404, "M_UNRECOGNIZED", "unknown");
			return script(asked);
		};
		await push([invite(admin)]);
		if (withdrawn) await push([kick(admin)]);
		await judged();
		t.is(state.bot, withdrawn ? "leave" : "join");
	}
});

test("the operator's consent activates a link without an answer, and the room is told what that means", async (t) => {
	const { operatorLinks, link, notices } = openRoomScene({ joinRule: "public", bot: "leave" });
	await operatorLinks("brg_1");
	t.is(link("brg_1").state, "active");
	t.is(notices().length, 1);
	t.regex(notices()[0] ?? "", /^The operator of here\.example has linked this room to the channel "channel-brg_1"/);
	t.regex(notices()[0] ?? "", /Anyone, even without an account, can read/);
});

test("a bot that is removed ends the consent, and after its return the room is asked again", async (t) => {
	for (const membership of ["leave", "ban"]) {
		const { push, judged, state, link, notices } = openRoomScene();
		await judged();
		await push([answer("CODEX1")]);
		await judged();
		state.bot = "leave";
		await push([kick(admin, membership)]);
		t.like(link("brg_1"), { state: "degraded", reason: "the bot was removed from the room" });
		await push([answer("CODEX1"), powerChanged()]);
		t.like(await judged(), { state: "degraded" });
		state.bot = "invite";
		const before = notices().length;
		await push([invite(admin)]);
		t.like(await judged(), { state: "waiting" });
		t.is(notices().length, before + 1);
		await push([answer("CODEX1")]);
		t.like(await judged(), { state: "active" });
	}
});

test("a bot that was removed does not come back before it has heard of it", async (t) => {
	const { push, judged, homeserver, state } = openRoomScene();
	await judged();
	await push([answer("CODEX1")]);
	await judged();
	const joins = () => homeserver.lines().filter((line) => line.startsWith("POST /join/")).length;
	const before = joins();
	state.bot = "leave";
	t.like(await judged(), { state: "degraded" });
	t.is(joins(), before);
});

test("the bot's own leaving, at the end of a link before this one, is no removal", async (t) => {
	const { push, link, judged } = openRoomScene();
	await judged();
	await push([kick(bot)]);
	t.is(link("brg_1").state, "waiting");
	await push([answer("CODEX1")]);
	t.like(await judged(), { state: "active" });
});

test("what an earlier version stored as the room's consent belongs to the link that there was then", async (t) => {
	for (const agreed of ["operator", "word", "invitation"] as const) {
		const { judged, portals, link, wait, host, state, notices } = openRoomScene();
		state.levels = { users: { [admin]: 100, [bot]: 50 } };
		await host.state.set(`consent:${room}`, { invitedBy: admin, agreed });
		portals.set("brg_1", { ...link("brg_1"), state: "active" });
		wait("brg_2");
		t.like(await judged(), { state: "active" }, agreed);
		t.like(await judged("brg_2"), { state: "waiting" }, agreed);
		t.is(notices().length, 0, "an active link is not announced again");
		state.levels = { users: { [admin]: 100 } };
		t.like(await judged(), { state: agreed === "invitation" ? "waiting" : "active" }, `${agreed}, without the power`);
	}
});

test("many changes within a short time cost few checks", async (t) => {
	const { push, judged, homeserver } = openRoomScene();
	for (let i = 0; i < 50; i++) await push([powerChanged(), powerChanged()]);
	await judged();
	const looks = homeserver.lines().filter((line) => line.includes("m.room.power_levels")).length;
	t.true(looks >= 1 && looks < 10, `${looks}`);
});

test("a room that could not be checked is checked again", async (t) => {
	const { push, homeserver, judged, link } = openRoomScene();
	await judged();
	const { script } = homeserver;
	const before = homeserver.asked.length;
	homeserver.script = () => {
		throw new HomeserverError(502, "", "down");
	};
	await push([answer("CODEX1")]);
	await until("it was tried", () => homeserver.asked.length > before);
	homeserver.script = script;
	await until("the link is active", () => link("brg_1").state === "active");
	t.pass();
});

test("an active room's state describes the link once, and no longer when the link ends", async (t) => {
	const { push, judged, homeserver, unlink } = openRoomScene();
	await judged();
	await push([answer("CODEX1")]);
	await judged();
	const described = () =>
		homeserver.asked.filter(({ path, method }) => method === "PUT" && path.includes("/state/m.bridge/"));
	t.is(described().length, 1);
	await push([powerChanged()]);
	await judged();
	t.is(described().length, 1);
	await unlink("brg_1");
	t.deepEqual(described().at(-1)?.body, {});
	t.is(homeserver.lines().at(-1), `POST /rooms/${room}/leave as ${bot}`);
});
