import test from "ava";
import type { Delivery } from "#core/ports/bridge/delivery.ts";
import type { LinkedRoom } from "#core/ports/bridge/portals.ts";
import { HomeserverError } from "../../../../bridges/matrix/homeserver.ts";
import { until } from "../../../support/wait.ts";
import { event, openScene, room, type Scene, textEvent } from "../matrix-scene.ts";

const textsOf = ({ said }: Scene): readonly string[] =>
	said().flatMap((remote) => (remote.kind === "message" ? [remote.content.text] : []));

/** A room whose history the homeserver tells, newest first, in pages. */
function withHistory(pageSize = 100) {
	const scene = openScene();
	const history: Record<string, unknown>[] = [];
	let pages = 0;
	scene.homeserver.script = ({ path, query }) => {
		if (!path.endsWith("/messages")) return undefined;
		pages++;
		const from = Number(query?.from ?? 0);
		const size = Math.min(pageSize, Number(query?.limit));
		const chunk = history.toReversed().slice(from, from + size);
		// As Synapse does: no end where the history ends.
		return { chunk, ...(from + size < history.length ? { end: String(from + size) } : {}) };
	};
	const say = (text: string, fields: object = {}) => {
		const said = textEvent(text, { origin_server_ts: scene.host.clock.time, ...fields });
		history.push(said);
		return said;
	};
	return { ...scene, history, say, pagesRead: () => pages };
}

test("events that a homeserver lost are processed before the next transaction, once and in order", async (t) => {
	const scene = withHistory();
	const { push, say } = scene;
	await push([say("one")], "7");
	for (const text of ["two", "three", "four"]) say(text);
	await push([say("five")], "1");
	t.deepEqual(textsOf(scene), ["one", "two", "three", "four", "five"]);
	await push([say("six")], "2");
	t.deepEqual(textsOf(scene).slice(5), ["six"]);
});

test("numbers that start anew are noticed also when they do not go back", async (t) => {
	const scene = withHistory();
	const { push, say } = scene;
	const first = say("one");
	await push([first], "1");
	await push([first], "1");
	t.is(scene.pagesRead(), 0);
	say("lost");
	await push([say("two")], "1");
	t.deepEqual(textsOf(scene), ["one", "lost", "two"]);
});

test("what was lost without a sign, the numbers going on, is found when the room is compared with its history", async (t) => {
	const scene = withHistory();
	const { push, say, bridge, host } = scene;
	await push([say("one")], "1");
	const stopping = new AbortController();
	t.teardown(() => stopping.abort());
	await bridge.start(stopping.signal);
	await until("the first look", () => scene.pagesRead() === 1);
	say("lost");
	await push([say("two")], "2");
	t.deepEqual(textsOf(scene), ["one", "two"]);
	host.clock.time += 15_000;
	await until("what was lost is here", () => textsOf(scene).length === 3);
	t.deepEqual(textsOf(scene), ["one", "two", "lost"]);
	t.is(scene.pagesRead(), 2);
});

test("history is read page by page, back to the last event that is known", async (t) => {
	const scene = withHistory(10);
	const { push, say } = scene;
	for (let i = 0; i < 30; i++) say(`before ${i}`);
	await push([say("known")], "9");
	for (let i = 0; i < 250; i++) say(`lost ${i}`);
	await push([say("new")], "1");
	t.deepEqual(textsOf(scene), ["known", ...Array.from({ length: 250 }, (_, i) => `lost ${i}`), "new"]);
	t.is(scene.pagesRead(), 26);
});

test("events of a newly linked room are processed from now on, not from its beginning", async (t) => {
	const scene = withHistory();
	const { push, say } = scene;
	for (let i = 0; i < 5; i++) say(`old ${i}`);
	await push([event("m.room.topic", {}, { state_key: "", room_id: "!elsewhere:hs.test" })], "9");
	await push([say("new")], "1");
	t.deepEqual(textsOf(scene), ["new"]);
});

test("if the last known event is gone, older events are not imported", async (t) => {
	const scene = withHistory();
	const { push, say, history, host } = scene;
	for (let i = 0; i < 5; i++) say(`from before the link ${i}`);
	host.clock.time += 86_400_000;
	await push([say("known")], "9");
	history.splice(
		history.findIndex((one) => (one.content as { body: string }).body === "known"),
		1,
	);
	host.clock.time += 1000;
	say("lost");
	await push([say("new")], "1");
	t.deepEqual(textsOf(scene), ["known", "lost", "new"]);
});

test("a homeserver that does not tell the history holds nothing up, and is asked again later", async (t) => {
	const scene = withHistory();
	const { push, say, homeserver, host } = scene;
	const { script } = homeserver;
	await push([say("one")], "9");
	say("lost");
	homeserver.script = (asked) => {
		if (!asked.path.endsWith("/messages")) return script(asked);
		host.clock.time += 10_000;
		throw new HomeserverError(0, "", "no answer");
	};
	for (const id of ["1", "2", "3"]) t.is((await push([say(`new ${id}`)], id)).status, 200);
	t.is(homeserver.asked.filter(({ path }) => path.endsWith("/messages")).length, 1);
	t.deepEqual(textsOf(scene), ["one", "new 1", "new 2", "new 3"]);
	homeserver.script = script;
	host.clock.time += 61_000;
	await push([say("after")], "4");
	t.deepEqual(textsOf(scene).slice(4), ["lost", "after"]);
});

test("at the start every linked room is read back from the place that was kept", async (t) => {
	const scene = withHistory();
	const { bridge, host, say, portals } = scene;
	const known = say("known");
	await host.state.set(`newest:${room}`, { event: known.event_id, at: host.clock.time });
	say("said while we were away");
	portals.set("!waiting:hs.test", {
		...portals.get(room)!,
		id: "brg_2" as never,
		room: "!waiting:hs.test",
		state: "degraded",
	});
	const stopping = new AbortController();
	await bridge.start(stopping.signal);
	await until("the room is read back", () => textsOf(scene).length === 1);
	t.deepEqual(textsOf(scene), ["said while we were away"]);
	stopping.abort();
	await bridge.stop();
	t.like(await host.state.get(`newest:${room}`), { event: scene.history.at(-1)?.event_id });
});

/** A room with two known messages, to which the bot comes back after it was removed. */
async function removedAndBack(change: (scene: ReturnType<typeof withHistory>, known: Record<string, unknown>) => void) {
	const scene = withHistory();
	const { push, say, homeserver, portals, host, bridge } = scene;
	const { script } = homeserver;
	homeserver.script = (asked) => {
		if (asked.path.includes("m.room.encryption")) throw new HomeserverError(404, "M_NOT_FOUND", "");
		return script(asked);
	};
	for (let i = 0; i < 3; i++) say(`older ${i}`);
	const known = say("known");
	await push([known, say("last")], "9");
	portals.set(room, { ...(portals.get(room) as LinkedRoom), state: "degraded" });
	host.received.length = 0;
	change(scene, known);
	say("said while the bot was out");
	await bridge.deliver(
		{ kind: "link", room, portal: "brg_1", consented: true, reach: { target: room } } as never as Delivery,
		AbortSignal.timeout(60_000),
	);
	return scene;
}

const redaction = (target: unknown, fields: object = {}) =>
	event("m.room.redaction", { redacts: target }, { redacts: target, ...fields });

test("what was deleted while the bot was out of the room is deleted when it is back, and nothing else is processed", async (t) => {
	const scene = await removedAndBack(({ history }, known) => history.push(redaction(known.event_id)));
	t.is(scene.portals.get(room)?.state, "active");
	t.deepEqual(
		scene.said().map((remote) => [remote.kind, "target" in remote && remote.target, remote.sender.id]),
		[["retraction", scene.history[3]?.event_id, "@alice:hs.test"]],
	);
});

test("a deletion that the bot can't see is found at the event that was deleted", async (t) => {
	const scene = await removedAndBack((_, known) => {
		const { redacts: _redacts, ...because } = redaction(known.event_id, { content: {} });
		Object.assign(known, { content: {}, unsigned: { redacted_because: because } });
	});
	t.deepEqual(
		scene.said().map((remote) => [remote.kind, "target" in remote && remote.target, remote.sender.id]),
		[["retraction", scene.history[3]?.event_id, "@alice:hs.test"]],
	);
});

test("a deletion in a room whose link was active once is processed, whatever its state; in another room it leaves no trace", async (t) => {
	for (const state of ["degraded", "waiting"] as const) {
		const scene = withHistory();
		const { push, say, portals } = scene;
		const known = say("known");
		await push([known], "9");
		portals.set(room, { ...(portals.get(room) as LinkedRoom), state });
		portals.set("!new:hs.test", { ...(portals.get(room) as LinkedRoom), room: "!new:hs.test", state });
		scene.host.received.length = 0;
		await push([say("ignored"), redaction("$other", { room_id: "!new:hs.test" }), redaction(known.event_id)], "10");
		t.deepEqual(
			scene.said().map((remote) => [remote.kind, "target" in remote && remote.target]),
			[["retraction", known.event_id]],
			state,
		);
	}
});

test("the history may be nonsense", async (t) => {
	for (const answer of [
		{},
		{ chunk: null },
		{ chunk: [null, 1, {}, []] },
		{ chunk: [{}], end: 5 },
		{ chunk: [{}], end: "same" },
	]) {
		const scene = withHistory();
		await scene.push([scene.say("one")], "9");
		scene.homeserver.script = ({ path }) => (path.endsWith("/messages") ? answer : undefined);
		t.is((await scene.push([scene.say("two")], "1")).status, 200);
		t.deepEqual(textsOf(scene), ["one", "two"]);
	}
});

const replyTo = (target: unknown) => ({
	content: { msgtype: "m.text", body: "reply", "m.relates_to": { "m.in_reply_to": { event_id: target } } },
});
const parentsOf = ({ said }: Scene): readonly unknown[] =>
	said().flatMap((remote) => (remote.kind === "message" ? [remote.replyTo] : []));

test("what a reply answers is processed before it, if it was lost on its way", async (t) => {
	const scene = withHistory();
	const { push, say } = scene;
	await push([say("one")], "1");
	const lost = say("lost");
	await push([say("two"), say("", replyTo(lost.event_id))], "2");
	t.deepEqual(textsOf(scene).slice(0, 4), ["one", "lost", "two", "reply"]);
	t.deepEqual(parentsOf(scene)[3], { remote: lost.event_id });
});

test("a reply to what the room's history does not have since the link is kept in its place, without that relation", async (t) => {
	const scene = withHistory();
	const { push, say } = scene;
	await push([say("one")], "1");
	for (const body of ["a", "b"]) await push([say("", replyTo("$older")), say(body)], body);
	const notice = say("", { content: { msgtype: "m.notice", body: "beep" } });
	await push([notice, say("", replyTo(notice.event_id))], "4");
	t.deepEqual(textsOf(scene), ["one", "reply", "a", "reply", "b", "reply"]);
	t.deepEqual(parentsOf(scene), Array(6).fill(undefined));
	t.is(scene.pagesRead(), 2, "the history is asked once about each");
});

test("as long as the history can't be read, the core keeps a reply whose parent is not here", async (t) => {
	const scene = withHistory();
	const { push, say, homeserver, bridge } = scene;
	const { message } = bridge.resolvers;
	if (message === "unsupported") return t.fail("The bridge does not look for messages");
	await push([say("one")], "1");
	const { script } = homeserver;
	homeserver.script = () => {
		throw new HomeserverError(500, "M_UNKNOWN", "not now");
	};
	const lost = say("lost");
	await push([say("", replyTo(lost.event_id))], "2");
	t.deepEqual(parentsOf(scene).at(-1), { remote: lost.event_id });
	const place = { kind: "room", room } as const;
	await t.throwsAsync(message(String(lost.event_id), place), { message: /can't be read now/ });
	homeserver.script = script;
	t.is(await message(String(lost.event_id), place), undefined);
	t.true(textsOf(scene).includes("lost"));
});
