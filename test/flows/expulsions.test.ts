import test from "ava";
import { listenTo } from "../realtime/event-client.ts";
import { until } from "../support/wait.ts";
import { openReplayScene } from "./matrix/replay-scene.ts";

test("who is kicked or banned from a linked room is told once, each time, in their streams and in a list", async (t) => {
	const scene = await openReplayScene(t);
	const { homeserver, room, alice, jane, kim, origin } = scene;
	const [, ghost] = scene.cast.ghosts;
	const listOf = async (client: typeof jane) => (await client.call("GET", "/api/me/expulsions")).items;
	const [stream, other] = [
		await listenTo(`${origin}/api/events`, jane.token),
		await listenTo(`${origin}/api/events`, kim.token),
	];
	const told = () => stream.events.filter(({ event }) => event === "account.expelled");

	const kick = room.setMember(alice, ghost, { membership: "leave", reason: "too\u0000loud" });
	await until("jane is told of the kick", () => told().length === 1);
	const kicked = { bridge: "matrix", room: room.id, kind: "kick", reason: "too\ufffdloud" };
	t.like(told()[0]?.data, kicked);
	t.like(await listOf(jane), { length: 1, 0: kicked });
	t.regex(told()[0]?.data.by, /^_matrix_alice_hs\.test@localhost/);

	room.setMember(alice, ghost, { membership: "invite" });
	t.deepEqual(await scene.speakAgain(), ["m94 v1", "m95 v1"], "an invited ghost may come back");
	const ban = room.setMember(alice, ghost, { membership: "ban" });
	await until("jane is told of the ban", () => told().length === 2);
	const banned = { kind: "ban", room: room.id };
	t.like(await listOf(jane), { length: 2, 0: banned, 1: kicked });
	const { items, page } = await jane.call("GET", "/api/me/expulsions?limit=1");
	t.like(items, { length: 1, 0: banned });
	t.like((await jane.call("GET", `/api/me/expulsions?cursor=${page.nextCursor}`)).items, { length: 1, 0: kicked });

	await until("everything is pushed", () => homeserver.pusher.idle);
	await scene.restart();
	t.is(await homeserver.pusher.push("1", [ban, kick]), 200);
	t.is((await listOf(jane)).length, 2, "what the homeserver sends again is no news");
	t.is((await jane.answer("GET", "/api/me/expulsions?cursor=x")).status, 400);
	t.deepEqual(await listOf(kim), []);
	t.false(other.events.some(({ event }) => event === "account.expelled"));
});
