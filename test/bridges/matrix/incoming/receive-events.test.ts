import test from "ava";
import fc from "fast-check";
import { HomeserverError } from "../../../../bridges/matrix/homeserver.ts";
import { until } from "../../../support/wait.ts";
import { event, openScene, refused, room, textEvent } from "../matrix-scene.ts";

const textsOf = (scene: ReturnType<typeof openScene>): readonly string[] =>
	scene.said().flatMap((remote) => (remote.kind === "message" ? [remote.content.text] : []));

/** Nested so deeply that a recursive reader would end the process. */
const abyss = (depth: number): unknown => {
	let value: unknown = 1;
	for (let i = 0; i < depth; i++) value = [value];
	return value;
};

const oddities: readonly unknown[] = [
	null,
	undefined,
	0,
	"",
	"event",
	[],
	[[]],
	{},
	{ type: "m.room.message" },
	...["type", "event_id", "room_id", "sender"].flatMap((field) =>
		[undefined, null, "", 1, {}, [], "x".repeat(513)].map((value) => ({ ...textEvent("odd"), [field]: value })),
	),
	{ ...textEvent("odd"), sender: "nobody" },
	...[undefined, null, "", 1, [], [{}], {}, { msgtype: "m.text" }, { body: "x" }, { msgtype: {}, body: [] }].map(
		(content) => ({ ...textEvent("odd"), content }),
	),
	...[
		null,
		1,
		"x",
		[],
		{ "m.in_reply_to": null },
		{ "m.in_reply_to": { event_id: {} } },
		{ rel_type: "m.replace" },
	].map((relation) => ({ ...textEvent("odd"), type: "m.reaction", content: { "m.relates_to": relation } })),
	...["m.room.member", "m.room.power_levels", "m.room.encryption", "m.room.tombstone", "m.room.redaction"].flatMap(
		(type) => [undefined, "", {}, 7, "@_ofscp_bot:hs.test"].map((state_key) => ({ ...event(type, {}), state_key })),
	),
	...["NaN", -1, 1e300, "1", {}].map((origin_server_ts) => ({ ...event("m.room.topic", {}), origin_server_ts })),
];

test("a hundred odd events never make a transaction fail, nor keep back what comes with them", async (t) => {
	const scene = openScene();
	t.true(oddities.length > 60);
	const answered = await scene.push([textEvent("before"), ...oddities, textEvent("after")]);
	t.is(answered.status, 200);
	const texts = textsOf(scene);
	t.is(texts[0], "before");
	t.is(texts.at(-1), "after");
});

test("whatever an event is made of, the transaction is taken", async (t) => {
	const scene = openScene();
	const value = fc.anything({ maxDepth: 3 });
	const shape = fc.record(
		{
			type: fc.oneof(fc.constantFrom("m.room.message", "m.reaction", "m.room.member", "m.room.redaction"), value),
			event_id: fc.oneof(fc.string(), value),
			room_id: fc.oneof(fc.constant(room), value),
			sender: fc.oneof(fc.constant("@alice:hs.test"), fc.string(), value),
			state_key: fc.oneof(fc.string(), value),
			content: fc.oneof(fc.record({ msgtype: value, body: value, "m.relates_to": value, membership: value }), value),
			redacts: value,
		},
		{ requiredKeys: [] },
	);
	await fc.assert(
		fc.asyncProperty(fc.array(fc.oneof(fc.jsonValue(), shape), { maxLength: 20 }), async (events) => {
			let json: unknown[];
			try {
				json = JSON.parse(JSON.stringify(events));
			} catch {
				return;
			}
			t.is((await scene.push(json)).status, 200);
		}),
		{ numRuns: 200 },
	);
});

test("an event nested too deeply or too large is left out, the others are taken", async (t) => {
	const scene = openScene();
	const deep = JSON.stringify({ ...textEvent("deep"), unsigned: "HERE" }).replace(
		'"HERE"',
		"[".repeat(30_000) + "]".repeat(30_000),
	);
	const wide = { ...textEvent("wide"), unsigned: Array.from({ length: 30_000 }, () => 0) };
	const body = `{"events":[${JSON.stringify(textEvent("one"))},${deep},${JSON.stringify(wide)},${JSON.stringify(textEvent("two"))}]}`;
	t.is((await scene.ask("PUT", "/_matrix/app/v1/transactions/1", { body })).status, 200);
	t.deepEqual(textsOf(scene), ["one", "two"]);
	t.is((await scene.push([{ ...textEvent("just right"), unsigned: abyss(40) }])).status, 200);
	t.is(textsOf(scene).length, 3);
});

test("an event may bear keys that are dangerous to copy: it is taken without them", async (t) => {
	const scene = openScene();
	const id = "$odd";
	const body = `{"events":[{"type":"m.room.message","event_id":"${id}","room_id":"${room}","sender":"@alice:hs.test",
		"content":{"msgtype":"m.text","body":"fine","constructor":{"prototype":{"x":1}},"__proto__":{"y":2},"list":[{"constructor":1}]}}]}`;
	t.is((await scene.ask("PUT", "/_matrix/app/v1/transactions/1", { body })).status, 200);
	const [remote] = scene.said();
	t.is(remote?.id, id);
	t.false(JSON.stringify(remote?.raw).includes("constructor"));
	t.false(JSON.stringify(remote?.raw).includes("__proto__"));
	t.is(({} as { y?: number }).y, undefined);
});

test("an event that the core can't digest is put aside, and holds up nothing", async (t) => {
	const scene = openScene();
	const { receive } = scene.host;
	Object.assign(scene.host, {
		receive: async (events: Parameters<typeof receive>[0]) => {
			if (events.some((one) => one.kind === "message" && one.content.text === "poison")) throw new TypeError("a bug");
			return receive(events);
		},
	});
	const poison = textEvent("poison");
	t.is((await scene.push([textEvent("one"), poison, textEvent("two")])).status, 200);
	t.deepEqual(textsOf(scene), ["one", "two"]);
	t.deepEqual(await scene.host.state.get(`poison:${String(poison.event_id)}`), poison);
});

test("what is said in rooms that are not linked leaves nothing behind: no person, no question, no place", async (t) => {
	const scene = openScene();
	const { portals, host, homeserver } = scene;
	portals.set("!waiting:hs.test", {
		...portals.get(room)!,
		id: "brg_2" as never,
		room: "!waiting:hs.test",
		state: "waiting",
	});
	for (const room_id of ["!elsewhere:hs.test", "!waiting:hs.test"])
		for (let i = 0; i < 50; i++)
			await scene.push([
				textEvent("hi", { room_id, sender: `@u${i}:hs.test` }),
				event(
					"m.room.member",
					{ membership: "join" },
					{ room_id, state_key: `@u${i}:hs.test`, sender: `@u${i}:hs.test` },
				),
			]);
	t.is(scene.said().length, 0);
	t.is(homeserver.asked.length, 0);
	t.deepEqual(await host.state.list("", { limit: 10 }), []);
});

test("an event can't reach into another room", async (t) => {
	const scene = openScene();
	const { portals, host } = scene;
	const other = host.channel(host.person("other"), "public");
	const linked = { ...portals.get(room)!, id: "brg_2" as never, room: "!other:hs.test", channel: other.channel.id };
	portals.set("!other:hs.test", linked);
	host.say(host.person("bob"), other, "theirs", { origin: { bridge: host.about.bridge, id: "$theirs" } });
	const annotation = { "m.relates_to": { rel_type: "m.annotation", event_id: "$theirs", key: "👍" } };
	const reply = { msgtype: "m.text", body: "hi", "m.relates_to": { "m.in_reply_to": { event_id: "$theirs" } } };
	const edit = {
		msgtype: "m.text",
		body: "*",
		"m.new_content": reply,
		"m.relates_to": { rel_type: "m.replace", event_id: "$theirs" },
	};
	await scene.push([
		event("m.reaction", annotation),
		event("m.room.redaction", { redacts: "$theirs" }),
		event("m.room.message", edit),
		event("m.room.message", reply),
	]);
	t.deepEqual(
		scene.said().map((remote) => [remote.kind, "replyTo" in remote]),
		[["message", false]],
	);
	await scene.push([event("m.reaction", annotation, { room_id: "!other:hs.test" })]);
	t.is(scene.said().at(-1)?.kind, "reaction");
	// Also what came with the same transaction is somewhere.
	const fresh = textEvent("new there", { room_id: "!other:hs.test" });
	await scene.push([
		fresh,
		event("m.reaction", { "m.relates_to": { ...annotation["m.relates_to"], event_id: fresh.event_id } }),
	]);
	t.is(scene.said().at(-1)?.kind, "message");
});

test("people are called by what a membership event says, else by their id, and no question is asked for it", async (t) => {
	const scene = openScene();
	const { homeserver } = scene;
	const nameOf = (id: string) => scene.said().findLast((remote) => remote.sender.id === id)?.sender.profile.displayName;
	const join = (user: string, displayname?: unknown) =>
		event(
			"m.room.member",
			{ membership: "join", displayname },
			{ state_key: user, sender: user, origin_server_ts: scene.host.clock.now() },
		);
	await scene.push([join("@a:hs.test", "Ann"), textEvent("x", { sender: "@a:hs.test" })]);
	await scene.push([join("@b:hs.test"), textEvent("x", { sender: "@b:hs.test" })]);
	await scene.push([join("@c:hs.test", "two\nlines\u202e"), textEvent("x", { sender: "@c:hs.test" })]);
	t.is(homeserver.asked.length, 0);
	t.deepEqual(["@a:hs.test", "@b:hs.test", "@c:hs.test"].map(nameOf), ["Ann", "b", "two lines"]);
});

test("an older name that comes late does not replace the present one", async (t) => {
	const { host, push, said } = openScene();
	const named = (displayname: string, at: number) =>
		event(
			"m.room.member",
			{ membership: "join", displayname },
			{ state_key: "@ann:hs.test", sender: "@ann:hs.test", origin_server_ts: host.clock.now() - at },
		);
	for (const [name, at] of [
		["Anna", 20],
		["Ann", 30],
		["Anne", 10],
	] as const)
		await push([named(name, at)]);
	t.deepEqual(
		said().map(({ sender }) => sender.profile.displayName),
		["Anna", "Anna", "Anne"],
	);
});

test("a membership event that changes nothing, or comes late, has the membership read from the room's state", async (t) => {
	for (const [status, age] of [
		["duplicate", 0],
		["accepted", 3_600_000],
	] as const) {
		const scene = openScene();
		const { host, homeserver, push, said } = scene;
		const { receive } = host;
		Object.assign(host, {
			receive: async (events: Parameters<typeof receive>[0]) => {
				await receive(events);
				return events.map(() => ({ status }));
			},
		});
		homeserver.script = () => ({ membership: "ban", displayname: "ignored" });
		const fields = { state_key: "@ann:hs.test", sender: "@ann:hs.test", origin_server_ts: host.clock.now() - age };
		await push([event("m.room.member", { membership: "join", displayname: "Ann" }, fields)]);
		await until("the membership is read", () => said().at(-1)?.kind === "leave");
		t.like(said().at(-1), { sender: { id: "@ann:hs.test", profile: { displayName: "Ann" } }, at: host.clock.now() });
	}
});

test("a transaction never waits for a name: it is read from the room's state afterwards", async (t) => {
	const scene = openScene();
	const { homeserver, said } = scene;
	let answer: (value: Record<string, unknown>) => void = () => {};
	homeserver.script = () => new Promise((resolve) => (answer = resolve));
	t.is((await scene.push([textEvent("x", { sender: "@eve:hs.test" })])).status, 200);
	t.like(said().at(-1), { kind: "message", sender: { profile: { displayName: "eve" } } });
	await until("the homeserver is asked", () => homeserver.asked.length > 0);
	t.deepEqual(homeserver.lines(), [`GET /rooms/${room}/state/m.room.member/@eve:hs.test`]);
	t.is((await scene.push([textEvent("y", { sender: "@eve:hs.test" })])).status, 200);
	answer({ membership: "join", displayname: "Eve" });
	await until("the name is known", () => said().at(-1)?.kind === "profile");
	t.is(said().at(-1)?.sender.profile.displayName, "Eve");
	await scene.push([textEvent("z", { sender: "@eve:hs.test" })]);
	t.is(said().at(-1)?.sender.profile.displayName, "Eve");
});

test("a homeserver that does not tell names isn't asked for them with every transaction", async (t) => {
	const scene = openScene();
	scene.homeserver.script = () => {
		throw new HomeserverError(0, "", "no answer");
	};
	for (let i = 0; i < 20; i++) await scene.push([textEvent("x", { sender: `@u${i}:hs.test` })]);
	t.is(scene.homeserver.asked.length, 1);
	t.is(scene.said().length, 20);
	scene.host.clock.time += 61_000;
	scene.homeserver.script = () => {
		throw refused(404, "M_NOT_FOUND");
	};
	for (let i = 0; i < 5; i++) await scene.push([textEvent("x", { sender: "@u1:hs.test" })]);
	t.is(scene.homeserver.asked.length, 2, "a user who has no name is asked about once");
});

test("the same event is processed once, whichever transaction contains it", async (t) => {
	const scene = openScene();
	const events = [textEvent("one"), textEvent("two")];
	for (const id of ["5", "5", "6", "1"]) t.is((await scene.push(events, id)).status, 200);
	t.deepEqual(textsOf(scene), ["one", "two"]);
});
