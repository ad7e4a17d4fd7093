import { request } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import test from "ava";
import type { MessageId } from "#core/ids.ts";
import { countDeletedReplies } from "#core/messages/count-deleted-replies.ts";
import { messages } from "#core/messages/message.ts";
import { type Door, openDoor, type Person } from "../door.ts";

let door: Door;
let jane: Person;
test.before(async () => {
	door = await openDoor();
	jane = await door.person("jane");
});
test.after.always(() => door.close());

const see = (at: string, headers: Record<string, string> = {}) =>
	door.ask("GET", at, { headers: { accept: "text/html", ...headers } });
const timeline = () => `/api/groups/${jane.account.group}/channels/${jane.account.timeline}`;

async function say(path: string, text: string, more: object = {}): Promise<string> {
	const body = { type: "memo", content: { text }, ...more };
	const made = await door.ask("POST", `${path}/messages`, { token: jane.token, body });
	if (made.status !== 201) throw new Error(made.text);
	return made.body.id;
}
const handleOf = async (path: string): Promise<string> => (await door.ask("GET", path)).body.handle;

/** An answer as it is on the wire: `fetch` decompresses it. */
function raw(at: string, headers: Record<string, string>) {
	const { promise, resolve, reject } = Promise.withResolvers<{
		status: number;
		headers: Record<string, string | string[] | undefined>;
		body: Buffer;
	}>();
	request(door.url + at, { headers }, (response) => {
		const chunks: Buffer[] = [];
		response.on("data", (chunk: Buffer) => chunks.push(chunk));
		response.on("end", () =>
			resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
		);
	})
		.on("error", reject)
		.end();
	return promise;
}

test.serial("pages of what is not discoverable tell search engines to leave them out", async (t) => {
	const listed = await door.channel(jane, { tier: "discoverable", name: "listed" });
	const quiet = await door.channel(jane, { tier: "public", name: "quiet" });
	const isIndexed = async (at: string) => {
		const { status, text } = await see(at);
		t.is(status, 200, at);
		return !text.includes('<meta name="robots" content="noindex">');
	};
	for (const [place, expected] of [
		[listed, true],
		[quiet, false],
	] as const) {
		const id = await say(place.path, "hello");
		const reply = await say(place.path, "again", { type: "message", reference: id });
		t.is(await isIndexed(`/c/${await handleOf(place.path)}`), expected);
		t.is(await isIndexed(`/@jane/${id}`), expected);
		t.is(await isIndexed(`/@jane/${reply}`), expected);
	}
	t.true(await isIndexed("/"));
	t.true(await isIndexed("/@jane"));
	t.true(await isIndexed(`/@jane/${await say(timeline(), "in the timeline")}`));
});

test.serial("a page that a client has already is not sent again until it changes", async (t) => {
	const id = await say(timeline(), "a first text", { tags: ["etags"] });
	for (const at of ["/", "/@jane", `/@jane/${id}`, "/tags/etags"]) {
		const first = await see(at);
		const etag = first.headers.get("etag") ?? "";
		t.regex(etag, /^W\/"[\w-]+"$/, at);
		t.regex(first.headers.get("cache-control") ?? "", /no-cache/);
		for (const tag of [etag, etag.slice(2), `"other", ${etag}`, "*"]) {
			const again = await see(at, { "if-none-match": tag });
			t.is(again.status, 304, `${at} ${tag}`);
			t.is(again.text, "");
			t.is(again.headers.get("etag"), etag);
		}
		t.is((await see(at, { "if-none-match": '"other"' })).status, 200);
	}
	const before = (await see(`/@jane/${id}`)).headers.get("etag") ?? "";
	const path = `${timeline()}/messages/${id}`;
	await door.ask("PATCH", path, { token: jane.token, body: { content: { text: "another text" } } });
	t.is((await see(`/@jane/${id}`, { "if-none-match": before })).status, 200);
});

test.serial("pages for everyone are compressed as the client accepts it", async (t) => {
	await say(timeline(), "words ".repeat(500));
	const { body: plain } = await raw("/@jane", { accept: "text/html" });
	for (const [accepted, encoding, decode] of [
		["gzip, deflate, br", "br", brotliDecompressSync],
		["gzip", "gzip", gunzipSync],
		["br;q=0, gzip;q=0.5", "gzip", gunzipSync],
		["deflate", undefined, (body: Buffer) => body],
		["identity", undefined, (body: Buffer) => body],
		["gzip;q=0", undefined, (body: Buffer) => body],
		["*", "br", brotliDecompressSync],
	] as const) {
		const answer = await raw("/@jane", { accept: "text/html", "accept-encoding": accepted });
		t.is(answer.status, 200);
		t.is(answer.headers["content-encoding"], encoding, accepted);
		t.is(decode(answer.body).toString(), plain.toString(), accepted);
		t.is(Number(answer.headers["content-length"]), answer.body.length);
		t.regex(String(answer.headers["vary"]), /Accept-Encoding/i);
		if (encoding !== undefined) t.true(answer.body.length < plain.length / 2);
	}
	const asset = /href="(\/assets\/style\.css[^"]*)"/.exec(plain.toString())?.[1] ?? "";
	t.is((await raw(asset, { "accept-encoding": "gzip" })).headers["content-encoding"], "gzip");
});

test.serial("an answer with a form or a token, or for one person, is not compressed", async (t) => {
	for (const [at, headers] of [
		["/login", {}],
		["/signup", {}],
		["/recover", {}],
		["/oauth/device", {}],
		["/api/me", { authorization: `Bearer ${jane.token}` }],
		["/api/me/timeline", { authorization: `Bearer ${jane.token}` }],
	] as const) {
		const answer = await raw(at, { accept: "text/html, */*;q=0.1", "accept-encoding": "gzip, br", ...headers });
		t.is(answer.status, 200, at);
		t.is(answer.headers["content-encoding"], undefined, at);
	}
});

test.serial("a page counts and shows only the replies that are there", async (t) => {
	const id = await say(timeline(), "a question");
	const answers: string[] = [];
	for (const text of ["one", "two", "three"])
		answers.push(await say(timeline(), `answer ${text}`, { type: "message", reference: id }));
	const counts = async () => {
		const [own, listed] = [await see(`/@jane/${id}`), await see("/@jane")];
		const inList = new RegExp(`${id}#replies">([^<]+)<`).exec(listed.text)?.[1];
		const heading = /id="replies">([^<]+)</.exec(own.text)?.[1];
		return { inList, heading, shown: [...own.text.matchAll(/answer (\w+)/g)].map(([, word]) => word) };
	};
	const remove = (reply: string) => door.ask("DELETE", `${timeline()}/messages/${reply}`, { token: jane.token });
	t.deepEqual(await counts(), { inList: "3 replies", heading: "3 replies", shown: ["one", "two", "three"] });
	await remove(answers[1] as string);
	await remove(answers[1] as string);
	t.deepEqual(await counts(), { inList: "2 replies", heading: "2 replies", shown: ["one", "three"] });
	await remove(answers[0] as string);
	t.deepEqual(await counts(), { inList: "1 reply", heading: "1 reply", shown: ["three"] });
	await remove(answers[2] as string);
	t.deepEqual(await counts(), { inList: undefined, heading: undefined, shown: [] });
});

test.serial("replies that were deleted before their number was kept are counted at the start, once", async (t) => {
	const id = (await say(timeline(), "an old question")) as MessageId;
	for (const text of ["one", "two"]) {
		const reply = await say(timeline(), text, { type: "message", reference: id });
		await door.ask("DELETE", `${timeline()}/messages/${reply}`, { token: jane.token });
	}
	const { store } = door.context;
	const stored = await store.get(messages, id);
	if (stored === undefined) return t.fail("the question is there");
	const { deletedReplies, ...old } = stored.doc;
	t.is(deletedReplies, 2);
	await store.replace(messages, id, stored.rev, old);
	const { signal } = new AbortController();
	await countDeletedReplies(door.context, signal);
	await countDeletedReplies(door.context, signal);
	t.is((await store.get(messages, id))?.doc.deletedReplies, 2);
});

test.serial("every page has one heading of the first level, whatever headings its posts have", async (t) => {
	const { path } = await door.channel(jane, { tier: "discoverable", name: "headings" });
	const ids: string[] = [];
	const text = "# One\n\n## Two\n\n###### Six";
	const html = "<h1>One</h1><h2>Two</h2><h6>Six</h6>";
	for (const [type, title] of [
		["memo", undefined],
		["article", "With a title"],
		["article", undefined],
		["message", undefined],
	] as const)
		for (const content of [
			{ text, mime: "text/markdown" },
			{ text: html, mime: "text/html" },
			{ text: "plain", mime: "text/plain" },
		]) {
			const id = await say(path, "", {
				type,
				content: { ...content, ...(title === undefined ? {} : { title }) },
				tags: ["h"],
			});
			await say(path, "", { type: "message", content, reference: id });
			ids.push(id);
		}
	const pages = [
		"/",
		"/@jane",
		`/c/${await handleOf(path)}`,
		"/tags/h",
		"/tags/none",
		"/nothing",
		...ids.map((id) => `/@jane/${id}`),
	];
	for (const at of pages) {
		const page = await see(at);
		t.is([...page.text.matchAll(/<h1\b/g)].length, 1, at);
		t.is([...page.text.matchAll(/<(\/?)h[1-6]\b/g)].length % 2, 0, at);
		t.notRegex(page.text, /<h[7-9]/);
	}
});
