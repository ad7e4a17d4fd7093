import { randomUUID } from "node:crypto";
import test from "ava";
import { type Door, openDoor, type Person } from "./door.ts";

let door: Door;
let jane: Person;
let bob: Person;
test.before(async () => {
	door = await openDoor();
	jane = await door.person("jane");
	bob = await door.person("bob");
});
test.after.always(() => door.close());

const ask: Door["ask"] = (...request) => door.ask(...request);
const post = (path: string, body: object, token = jane.token, headers = {}) =>
	ask("POST", `${path}/messages`, { token, body, headers });

test("posting returns the message with the provider's fields, and it can be read at its Location", async (t) => {
	const { path, group, channel } = await door.channel(jane);
	const made = await post(path, {
		type: "memo",
		content: { text: "Hi everyone" },
		tags: ["#intro"],
		author: "x@y",
		createdAt: "1999-01-01T00:00:00Z",
		clientMessageId: "c1",
	});
	t.is(made.status, 201);
	t.is(made.headers.get("content-type"), "application/json");
	t.is(made.headers.get("location"), `${path}/messages/${made.body.id}`);
	t.like(made.body, {
		groupId: group,
		channelId: channel,
		author: "jane@social.example",
		type: "memo",
		content: { text: "Hi everyone", mime: "text/plain" },
		attachments: [],
		tags: ["#intro"],
		metadata: [],
		reactions: [],
		replyCount: 0,
		clientMessageId: "c1",
		url: `http://social.example/@jane/${made.body.id}`,
	});
	t.regex(made.body.createdAt, /^20[2-9]\d-.*Z$/);
	t.regex(made.body.permissions.editUntil, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
	t.false(made.text.includes("null"));
	const read = await ask("GET", made.headers.get("location") as string);
	t.is(read.status, 200);
	const { clientMessageId: _, ...common } = made.body;
	t.deepEqual(read.body, common);
});

test("an article keeps its title and is Markdown by default", async (t) => {
	const { path } = await door.channel(jane);
	const made = await post(path, {
		type: "article",
		content: { text: "# Welcome", title: "Welcome", summary: "A start" },
	});
	t.deepEqual(made.body.content, { text: "# Welcome", mime: "text/markdown", title: "Welcome", summary: "A start" });
	const raw = await post(path, {
		type: "article",
		content: { text: "<p>x</p><script>alert(1)</script>", mime: "text/html" },
	});
	t.is(raw.body.content.text, "<p>x</p><script>alert(1)</script>");
});

test("a reply names its parent and is counted and listed there", async (t) => {
	const { path } = await door.channel(jane);
	const parent = (await post(path, { type: "memo", content: { text: "question" } })).body;
	const ids = [];
	for (const text of ["one", "two", "three"])
		ids.push(
			(await post(path, { type: "message", content: { text }, reference: { type: "reply", id: parent.id } })).body.id,
		);
	const reply = (await ask("GET", `${path}/messages/${ids[0]}`)).body;
	t.deepEqual(reply.reference, { type: "reply", id: parent.id });
	t.is((await ask("GET", `${path}/messages/${parent.id}`)).body.replyCount, 3);
	const first = (await ask("GET", `${path}/messages/${parent.id}/replies?limit=2`)).body;
	t.deepEqual(
		first.items.map((m: { id: string }) => m.id),
		ids.slice(0, 2),
	);
	const second = (await ask("GET", `${path}/messages/${parent.id}/replies?limit=2&cursor=${first.page.nextCursor}`))
		.body;
	t.deepEqual(
		second.items.map((m: { id: string }) => m.id),
		ids.slice(2),
	);
	t.deepEqual(second.page, {});
	t.is((await ask("GET", `${path}/messages/${parent.id}/replies?cursor=${parent.id}`)).status, 400);
});

test("a reply to an unknown message or one in another channel gets 404", async (t) => {
	const here = await door.channel(jane);
	const there = await door.channel(jane);
	const parent = (await post(there.path, { type: "memo", content: { text: "there" } })).body;
	for (const id of [parent.id, "msg_00000000000000000000000000", "nonsense"]) {
		t.is(
			(await post(here.path, { type: "memo", content: { text: "re" }, reference: { type: "reply", id } })).status,
			404,
		);
	}
	t.is((await ask("GET", `${here.path}/messages`)).body.items.length, 0);
});

test("50 concurrent repetitions of a request create one message and get the same 201", async (t) => {
	const { path } = await door.channel(jane);
	const key = randomUUID();
	const body = { type: "memo", content: { text: "once" }, clientMessageId: "mine" };
	const answers = await Promise.all(
		Array.from({ length: 50 }, () => post(path, body, jane.token, { "idempotency-key": key })),
	);
	t.true(answers.every(({ status }) => status === 201));
	t.is(new Set(answers.map((answer) => answer.text)).size, 1);
	t.is(answers.filter((answer) => answer.headers.get("idempotency-replayed") === "true").length, 49);
	t.is((await ask("GET", `${path}/messages`)).body.items.length, 1);
});

test("an Idempotency-Key applies to one request of one account", async (t) => {
	const { path, group } = await door.channel(jane);
	await ask("POST", `/api/groups/${group}/join`, { token: bob.token });
	const headers = { "idempotency-key": randomUUID() };
	const first = await post(path, { type: "memo", content: { text: "a" } }, jane.token, headers);
	const other = await post(path, { type: "memo", content: { text: "b" } }, jane.token, headers);
	t.is(other.status, 409);
	t.is(other.body.errorCode, "idempotency_key_reused");
	const byBob = await post(path, { type: "memo", content: { text: "a" } }, bob.token, headers);
	t.is(byBob.status, 201);
	t.not(byBob.body.id, first.body.id);
	t.is(
		(await post(path, { type: "memo", content: { text: "a" } }, jane.token, { "idempotency-key": "not-a-uuid" }))
			.status,
		400,
	);
});

test("a clientMessageId is unique per author and channel", async (t) => {
	const { path } = await door.channel(jane);
	const first = await post(path, { type: "memo", content: { text: "a" }, id: "tmp-1" });
	const again = await post(path, { type: "memo", content: { text: "a" }, clientMessageId: "tmp-1" }, jane.token, {
		"idempotency-key": randomUUID(),
	});
	t.is(again.status, 409);
	t.is(again.body.errorCode, "duplicate_client_message_id");
	t.is(again.body.existing.id, first.body.id);
	const elsewhere = await door.channel(jane);
	t.is((await post(elsewhere.path, { type: "memo", content: { text: "a" }, id: "tmp-1" })).status, 201);
});

test("pages have no gaps and no repeats, in both directions, across deletions", async (t) => {
	const { path } = await door.channel(jane);
	const ids: string[] = [];
	for (let i = 0; i < 23; i++) ids.push((await post(path, { type: "message", content: { text: `m${i}` } })).body.id);
	for (const direction of ["backward", "forward"]) {
		const seen: string[] = [];
		let cursor = "";
		for (let turn = 0; turn < 10; turn++) {
			const { status, body } = await ask("GET", `${path}/messages?direction=${direction}&limit=5${cursor}`);
			t.is(status, 200);
			seen.push(...body.items.map((m: { id: string }) => m.id));
			if (turn === 1) await ask("DELETE", `${path}/messages/${body.page.nextCursor}`, { token: jane.token });
			if (body.page.nextCursor === undefined) break;
			cursor = `&cursor=${body.page.nextCursor}`;
		}
		t.deepEqual(seen, direction === "forward" ? ids : ids.toReversed());
	}
	const middle = (await ask("GET", `${path}/messages?limit=5&cursor=${ids[10]}`)).body;
	t.deepEqual(
		middle.items.map((m: { id: string }) => m.id),
		ids.slice(5, 10).toReversed(),
	);
	const back = (await ask("GET", `${path}/messages?limit=5&direction=forward&cursor=${middle.page.prevCursor}`)).body;
	t.is(back.items[0].id, ids[10]);
});

test("an unknown cursor, one of another channel, and an invalid direction or limit get 400", async (t) => {
	const { path } = await door.channel(jane);
	const other = await door.channel(jane);
	const foreign = (await post(other.path, { type: "memo", content: { text: "x" } })).body.id;
	for (const query of [
		`cursor=${foreign}`,
		"cursor=forged",
		"direction=x",
		"limit=0",
		"limit=-1",
		"limit=ten",
		"type=poem",
	]) {
		const answer = await ask("GET", `${path}/messages?${query}`);
		t.is(answer.status, 400, query);
		t.is(answer.body.errors[0].field, query.split("=")[0]);
	}
	t.is((await ask("GET", `${path}/messages?limit=1000`)).status, 200);
});

test("a list can be filtered by tag and by type", async (t) => {
	const { path } = await door.channel(jane);
	for (let i = 0; i < 12; i++)
		await post(path, { type: i % 2 ? "memo" : "message", content: { text: `m${i}` }, tags: i % 3 ? [] : ["#Third"] });
	const tagged = (await ask("GET", `${path}/messages?tag=%23third&limit=3`)).body;
	t.deepEqual((await ask("GET", `${path}/messages?tag=third&limit=3`)).body, tagged);
	t.deepEqual(
		tagged.items.map((m: { content: { text: string } }) => m.content.text),
		["m9", "m6", "m3"],
	);
	const rest = (await ask("GET", `${path}/messages?tag=%23third&limit=3&cursor=${tagged.page.nextCursor}`)).body;
	t.deepEqual(
		rest.items.map((m: { content: { text: string } }) => m.content.text),
		["m0"],
	);
	t.is(rest.page.nextCursor, undefined);
	t.is((await ask("GET", `${path}/messages?type=memo`)).body.items.length, 6);
});

test("only the author can edit a message, and only within the edit window", async (t) => {
	const { path, group } = await door.channel(jane);
	await ask("POST", `/api/groups/${group}/join`, { token: bob.token });
	const { id } = (await post(path, { type: "memo", content: { text: "tpyo" } })).body;
	const edited = await ask("PATCH", `${path}/messages/${id}`, {
		token: jane.token,
		body: { content: { text: "typo" }, tags: ["#x"] },
	});
	t.is(edited.status, 200);
	t.like(edited.body, { content: { text: "typo", mime: "text/plain" }, tags: ["#x"] });
	t.truthy(edited.body.editedAt);
	t.is(
		(await ask("PATCH", `${path}/messages/${id}`, { token: bob.token, body: { content: { text: "mine" } } })).status,
		403,
	);
	t.is((await ask("PATCH", `${path}/messages/${id}`, { token: jane.token, body: {} })).status, 400);
	const closed = (
		await post(path, { type: "memo", content: { text: "fixed" }, permissions: { editUntil: "2025-03-01T13:00Z" } })
	).body;
	t.is(closed.permissions.editUntil, "2025-03-01T13:00:00.000Z");
	const late = await ask("PATCH", `${path}/messages/${closed.id}`, {
		token: jane.token,
		body: { content: { text: "no" } },
	});
	t.is(late.status, 403);
	t.is(late.body.errorCode, "edit_window_closed");
});

test("a deleted message leaves a tombstone without its content", async (t) => {
	const { path, group } = await door.channel(jane);
	await ask("POST", `/api/groups/${group}/join`, { token: bob.token });
	const { id } = (await post(path, { type: "memo", content: { text: "secret words" }, tags: ["#secret"] })).body;
	const reply = (await post(path, { type: "memo", content: { text: "answer" }, reference: id }, bob.token)).body;
	t.is((await ask("DELETE", `${path}/messages/${id}`, { token: bob.token })).status, 403);
	t.is((await ask("DELETE", `${path}/messages/${id}`, { token: jane.token })).status, 204);
	t.is((await ask("DELETE", `${path}/messages/${id}`, { token: jane.token })).status, 204);
	const gone = await ask("GET", `${path}/messages/${id}`);
	t.is(gone.status, 200);
	t.like(gone.body, { id, author: "", content: { text: "" }, tags: [], replyCount: 1 });
	t.truthy(gone.body.deletedAt);
	const list = await ask("GET", `${path}/messages`);
	t.false(list.text.includes("secret"));
	t.deepEqual(
		list.body.items.map((m: { id: string }) => m.id),
		[reply.id, id],
	);
	t.is(
		(await ask("PATCH", `${path}/messages/${id}`, { token: jane.token, body: { content: { text: "x" } } })).body
			.errorCode,
		"already_deleted",
	);
	t.is(
		(await ask("DELETE", `${path}/messages/${reply.id}`, { token: jane.token })).status,
		204,
		"a moderator deletes others' messages",
	);
	t.is(
		(await post(path, { type: "memo", content: { text: "still here" }, reference: id })).status,
		201,
		"a tombstone may be answered",
	);
});

test("posting without permission is rejected, and nothing is stored", async (t) => {
	const { path } = await door.channel(jane);
	t.is((await post(path, { type: "memo", content: { text: "hi" } }, bob.token)).status, 403);
	const picky = await door.channel(jane, { tier: "public", allowedTypes: ["article"] });
	const refused = await post(picky.path, { type: "memo", content: { text: "hi" } });
	t.is(refused.status, 403);
	t.is(refused.body.errorCode, "type_not_allowed");
	for (const at of [path, picky.path]) t.is((await ask("GET", `${at}/messages`)).body.items.length, 0);
});

test("a private channel is 404 for people who were not added", async (t) => {
	const { path, group } = await door.channel(jane, {});
	await ask("POST", `/api/groups/${group}/join`, { token: bob.token });
	const { id } = (await post(path, { type: "memo", content: { text: "hush" } })).body;
	const nowhere = await ask(
		"GET",
		"/api/groups/grp_00000000000000000000000000/channels/chn_00000000000000000000000000/messages",
	);
	const { instance: _, ...same } = nowhere.body;
	for (const token of [bob.token, undefined]) {
		for (const [method, at, body] of [
			["GET", "/messages", undefined],
			["GET", `/messages/${id}`, undefined],
			["GET", "", undefined],
		] as const) {
			const answer = await ask(method, path + at, { token, body });
			t.is(answer.status, 404);
			const { instance: __, ...seen } = answer.body;
			t.deepEqual(seen, same);
		}
	}
	t.is((await post(path, { type: "memo", content: { text: "x" } }, bob.token)).status, 404);
	t.is(
		(await ask("PATCH", `${path}/messages/${id}`, { token: bob.token, body: { content: { text: "x" } } })).status,
		404,
	);
	t.is((await ask("DELETE", `${path}/messages/${id}`, { token: bob.token })).status, 404);
});

test("a channel is 404 under another group's path", async (t) => {
	const a = await door.channel(jane);
	const b = await door.channel(jane);
	t.is((await ask("GET", `/api/groups/${a.group}/channels/${b.channel}/messages`)).status, 404);
});

test("known metadata is validated, unknown metadata is kept, and clients can't set the origin", async (t) => {
	const { path } = await door.channel(jane);
	const uri = (id: string) => `http://social.example/meta/${id}.json`;
	const poll = { schema: uri("poll"), version: "1.0", data: { question: "lunch?", options: ["tacos", "ramen"] } };
	const foreign = { schema: "https://elsewhere.example/s", version: "2", data: { any: ["thing"] } };
	const warning = { schema: uri("content-warning"), version: "1.0", data: { text: "spiders" } };
	const made = await post(path, {
		type: "memo",
		content: { text: "Lunch? tacos or ramen" },
		metadata: [poll, foreign, warning],
	});
	t.is(made.status, 201);
	t.deepEqual(made.body.metadata, [poll, foreign, warning]);
	const without = await ask("PATCH", `${path}/messages/${made.body.id}`, {
		token: jane.token,
		body: { metadata: [foreign] },
	});
	t.deepEqual(without.body.metadata, [foreign]);
	t.deepEqual((await post(path, { type: "memo", content: { text: "x" }, metadata: {} })).body.metadata, []);
	for (const bad of [
		{ ...poll, data: { question: "x" } },
		{ schema: uri("origin"), version: "1.0", data: { network: "x", id: "y" } },
		{ schema: "not a url", data: 1 },
	]) {
		t.is((await post(path, { type: "memo", content: { text: "x" }, metadata: [bad] })).status, 400);
	}
	for (const id of ["poll", "content-warning", "origin"])
		t.is((await ask("GET", `/meta/${id}.json`)).body.$id, uri(id));
	t.is((await ask("GET", "/meta/other.json")).status, 404);
});
