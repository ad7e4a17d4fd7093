import { readFileSync } from "node:fs";
import path from "node:path";
import test from "ava";
import { openDoor } from "./door.ts";

const { examples } = JSON.parse(
	readFileSync(path.join(import.meta.dirname, "data", "seed-examples.json"), "utf8"),
	// biome-ignore lint/suspicious/noExplicitAny: the examples have many shapes
) as { readonly examples: Readonly<Record<string, any>> };

async function scene() {
	const door = await openDoor();
	const jane = await door.person("jane");
	const { group, path: channel } = await door.channel(jane);
	const by = (method: string, at: string, body?: unknown) => door.ask(method, at, { token: jane.token, body });
	const parent = (await by("POST", `${channel}/messages`, { type: "memo", content: { text: "parent" } })).body.id;
	return { door, jane, by, group: `/api/groups/${group}`, channel, parent };
}

for (const type of ["message", "memo", "article"])
	test(`the ${type} of the OFSCP draft is taken word for word, in reply to a message that exists`, async (t) => {
		const { door, jane, by, channel, parent } = await scene();
		t.teardown(() => door.close());
		const example = { ...examples[type], reference: { type: "reply", id: parent } };
		const posted = await by("POST", `${channel}/messages`, example);
		t.is(posted.status, 201, posted.text);
		const shown = (await by("GET", `${channel}/messages/${posted.body.id}`)).body;
		t.deepEqual(shown, posted.body);
		t.like(shown, { type, author: jane.address, reference: example.reference, clientMessageId: example.id });
		t.like(shown.content, example.content);
		t.deepEqual([shown.attachments, shown.tags, shown.metadata], [example.attachments, example.tags, []]);
		t.is((await by("POST", `${channel}/messages`, examples[type])).status, 404, "its parent does not exist");
		await by("DELETE", `${channel}/messages/${posted.body.id}`);
		t.deepEqual((await by("GET", `${channel}/messages/${posted.body.id}`)).body.attachments, []);
	});

test("the reaction of the OFSCP draft is taken word for word, without a type, with its metadata", async (t) => {
	const { door, jane, by, channel, parent } = await scene();
	t.teardown(() => door.close());
	const example = { ...examples["reaction"], reference: parent };
	const made = await by("POST", `${channel}/messages`, example);
	t.is(made.status, 201, made.text);
	const { definition, unicode, desctription, image } = example;
	t.like(made.body, {
		author: jane.address,
		definition,
		unicode,
		desctription,
		image,
		reference: parent,
		metadata: [],
	});
	t.is((await by("POST", `${channel}/messages`, example)).status, 200);
	const metadata = [{ schema: "https://a.com/schemas/glow", version: "1.0", data: { colour: "red" } }];
	const named = await by("POST", `${channel}/messages`, { ...example, definition: "glow@a.com", metadata });
	t.deepEqual(named.body.metadata, metadata);
	const put = await by("PUT", `${channel}/messages/${parent}/reactions/x`, { metadata });
	t.deepEqual(put.body.metadata, metadata);
	const { items } = (await by("GET", `${channel}/messages/${parent}/reactions`)).body;
	t.deepEqual(
		items.map((item: { metadata: unknown }) => item.metadata),
		[[], metadata, metadata],
	);
	t.is(
		(await by("POST", `${channel}/messages`, { ...example, reference: { type: "reaction", id: parent } })).status,
		200,
	);
	for (const incomplete of [{ reference: parent }, { reference: parent, definition: "x" }, { unicode: "x" }])
		t.is((await by("POST", `${channel}/messages`, incomplete)).status, 400, JSON.stringify(incomplete));
});

test("the group and the text channel of the OFSCP draft are taken word for word; a channel without a name gets the last part of its id", async (t) => {
	const { door, by, jane } = await scene();
	t.teardown(() => door.close());
	const { channels, ...group } = examples["group"];
	const made = await by("POST", "/api/groups", group);
	t.is(made.status, 201, made.text);
	t.like(made.body, { name: "Dev Guild", owner: jane.address, metadata: {} });
	t.like(made.body.permissions, group.permissions);
	const channel = await by("POST", `/api/groups/${made.body.id}/channels`, channels[0]);
	t.is(channel.status, 201, channel.text);
	t.like(channel.body, { name: "general", type: "text", discoverability: "public", metadata: {} });
	t.deepEqual(channel.body.tags, ["announcements"]);
	t.is((await by("POST", `/api/groups/${made.body.id}/channels`, { id: "news" })).body.name, "news");
	for (const nameless of [{}, { id: "chn_" }, { id: " " }])
		t.is((await by("POST", `/api/groups/${made.body.id}/channels`, nameless)).body.errors[0].field, "/name");
});

test("metadata of groups and channels is kept and checked like that of messages", async (t) => {
	const { door, by, group } = await scene();
	t.teardown(() => door.close());
	const metadata = [{ schema: "https://a.com/schemas/theme", version: "2.0", data: { colour: "red" } }];
	const made = (await by("POST", "/api/groups", { name: "G", metadata })).body;
	t.deepEqual((await by("GET", `/api/groups/${made.id}`)).body.metadata, metadata);
	const channel = await by("POST", `${group}/channels`, { name: "c", metadata });
	t.deepEqual((await by("GET", `${group}/channels/${channel.body.id}`)).body.metadata, metadata);
	for (const empty of [{}, []])
		t.deepEqual((await by("POST", `${group}/channels`, { name: "c", metadata: empty })).body.metadata, {});
	const origin = "http://social.example";
	for (const [wrong, field] of [
		[[{ schema: `${origin}/meta/origin.json`, version: "1.0", data: {} }], "/metadata/0/schema"],
		[[{ schema: `${origin}/meta/content-warning.json`, version: "1.0", data: {} }], "/metadata/0/data/text"],
		[[{ schema: "theme", data: 1 }], "/metadata/0/schema"],
		[{ theme: 1 }, "/metadata"],
		["x", "/metadata"],
	] as const)
		for (const [at, body] of [
			["/api/groups", { name: "G" }],
			[`${group}/channels`, { name: "c" }],
		] as const) {
			const answer = await by("POST", at, { ...body, metadata: wrong });
			t.is(answer.status, 400, JSON.stringify(wrong));
			t.true(answer.body.errors[0].field.startsWith(field), answer.text);
		}
});

test("attachments are links to other servers; what claims to be an upload here is refused", async (t) => {
	const { door, by, channel } = await scene();
	t.teardown(() => door.close());
	const link = { id: "att_1", mime: "image/png", url: "https://cdn.example/a.png", size: 2048 };
	const post = (attachments: unknown) =>
		by("POST", `${channel}/messages`, { type: "memo", content: { text: "x" }, attachments });
	const described = await post([
		{ ...link, description: "A heron" },
		{ ...link, id: "att_2" },
	]);
	t.is(described.body.attachments[0].description, "A heron");
	t.is(described.body.attachments.length, 2);
	const at = `${channel}/messages/${described.body.id}`;
	t.is((await by("PATCH", at, { ...described.body, content: { text: "y" } })).status, 200);
	t.is((await by("PATCH", at, { content: { text: "z" }, attachments: [] })).body.errors[0].field, "/attachments");
	for (const wrong of [
		[{ id: "att_1" }],
		[{ ...link, url: "http://cdn.example/a.png" }],
		[{ ...link, url: "http://social.example/media/att_1/a.png" }],
		...[
			"https://social.example/media/att_1/a.png",
			"https://SOCIAL.example:443/media/att_1/a.png",
			"https://social.example./media/att_1/a.png",
			"https://social.example.:443/a.png",
			"https://jane@social.example/a.png",
			"https://jane:secret@cdn.example/a.png",
			"//cdn.example/a.png",
			"/media/att_1/a.png",
			"ftp://cdn.example/a.png",
			"data:image/png;base64,AAAA",
			"https://",
			"",
			null,
			["https://cdn.example/a.png"],
		].map((url) => [{ ...link, url }]),
		[{ ...link, mime: "image" }],
		[{ ...link, size: -1 }],
		[link, { id: "att_2" }],
		link,
		[{ ...link, url: "javascript:alert(1)" }],
		[{ ...link, visibleTo: "me" }],
		Array.from({ length: 11 }, () => link),
	])
		t.regex((await post(wrong)).body.errors[0].field, /^\/attachments/, JSON.stringify(wrong));
});

test("everything that the discovery document names is there", async (t) => {
	await using door = await openDoor();
	const { body } = await door.ask("GET", "/.well-known/ofscp-provider");
	const urls = JSON.stringify(body).match(/http:\/\/social\.example\/[^"]*/g) ?? [];
	t.true(urls.length > 10);
	for (const url of new Set(urls)) {
		const at = url.slice("http://social.example".length);
		const answers = [await door.ask("GET", at), await door.ask("POST", at, { body: {} })];
		t.true(
			answers.some(({ status }) => status !== 404 && status !== 405),
			`${at}: ${answers.map(({ status }) => status)}`,
		);
	}
	t.deepEqual(Object.keys(body.endpoints), ["identity", "groups", "tiers"]);
	t.deepEqual((await door.ask("GET", "/api/identity")).body, {
		user: "http://social.example/api/identity/users/{handle}@{home}",
	});
});
