import test from "ava";
import { parseId } from "#core/ids.ts";
import { appendDeletion } from "#core/messages/delete-message.ts";
import { indexTags } from "#core/messages/index-tags.ts";
import { messages } from "#core/messages/message.ts";
import { messageTags } from "#core/messages/tags.ts";
import { type Door, openDoor, type Person } from "../door.ts";

const accept = "text/html";
const see = (door: Door, at: string) => door.ask("GET", at, { headers: { accept } });
const timelineOf = ({ account }: Person) => `/api/groups/${account.group}/channels/${account.timeline}`;

async function open(t: { teardown(after: () => Promise<void>): void }) {
	const door = await openDoor();
	t.teardown(() => door.close());
	const jane = await door.person("jane");
	let posted = 0;
	async function say(tags: readonly string[], path = timelineOf(jane)): Promise<{ id: string; text: string }> {
		const text = `post number ${++posted}.`;
		const body = { type: "memo", content: { text }, tags };
		const made = await door.ask("POST", `${path}/messages`, { token: jane.token, body });
		if (made.status !== 201) throw new Error(made.text);
		return { id: made.body.id, text };
	}
	/** The posts on a tag's page, in order. */
	async function shown(at: string): Promise<readonly string[]> {
		const { status, text } = await see(door, at);
		t_is(status);
		return [...text.matchAll(/<p>(post number \d+\.)<\/p>/g)].map(([, found]) => found as string);
	}
	return { door, jane, say, shown };
}
function t_is(status: number): void {
	if (status !== 200) throw new Error(`A tag's page answered ${status}`);
}

test("a tag's page shows the posts with it, newest first, however the tag is written", async (t) => {
	const { say, shown, door } = await open(t);
	const one = await say(["Gardens"]);
	const two = await say(["#gardens", "other"]);
	await say(["other"]);
	const three = await say(["ＧＡＲＤＥＮＳ", "gardens", "#Gardens"]);
	for (const path of ["gardens", "Gardens", "%23gardens", "GARDENS", encodeURIComponent("ＧＡＲＤＥＮＳ")])
		t.deepEqual(await shown(`/tags/${path}`), [three.text, two.text, one.text], path);
	t.regex(
		(await see(door, "/tags/Gardens")).text,
		/<link rel="canonical" href="http:\/\/social.example\/tags\/gardens">/,
	);
	t.deepEqual(await shown("/tags/nothing"), []);
	t.regex((await see(door, "/tags/nothing")).text, /noindex/);
	for (const wrong of [
		"/tags/",
		"/tags",
		"/tags/%23",
		"/tags/%20",
		`/tags/${"x".repeat(101)}`,
		"/tags/a?before=x",
		"/tags/a/b",
	])
		t.is((await see(door, wrong)).status, 404, wrong);
});

test("tags in every script have a page, to which a post links", async (t) => {
	const { say, shown, door } = await open(t);
	for (const tag of ["für-alle", "日本語", "حدائق", "emoji🎉", "a/b", "a b", "100%", '"><b>', "C++", "ß"]) {
		const { id, text } = await say([tag]);
		const page = await see(door, `/@jane/${id}`);
		const href = /<p class="tags"><a href="http:\/\/social\.example(\/tags\/[^"]+)"/.exec(page.text)?.[1] ?? "";
		t.deepEqual(await shown(href), [text], `${tag}: ${href}`);
		t.notRegex((await see(door, href)).text, /<b>/);
	}
});

test("a tag's page shows only what is in discoverable places now", async (t) => {
	const { door, jane, say, shown } = await open(t);
	for (const tier of ["private", "group", "public"])
		await say(["hush"], (await door.channel(jane, { tier, name: tier })).path);
	const followers = jane.account.followers as string;
	await say(["hush"], `/api/groups/${jane.account.group}/channels/${followers}`);
	t.deepEqual(await shown("/tags/hush"), []);
	const seen = await say(["hush"], (await door.channel(jane, { tier: "discoverable", name: "square" })).path);
	t.deepEqual(await shown("/tags/hush"), [seen.text]);
});

test("a post leaves the pages of tags that it loses, and all of them when it is deleted, without a trace", async (t) => {
	const { door, jane, say, shown } = await open(t);
	const path = `${timelineOf(jane)}/messages`;
	const { id, text } = await say(["one", "two", "three"]);
	const edit = async (tags: readonly string[]) => {
		t.is((await door.ask("PATCH", `${path}/${id}`, { token: jane.token, body: { tags } })).status, 200);
		const found: string[] = [];
		for (const tag of ["one", "two", "three", "four", "five"])
			if ((await shown(`/tags/${tag}`)).length > 0) found.push(tag);
		return found;
	};
	t.deepEqual(await edit(["two", "four"]), ["two", "four"]);
	t.deepEqual(await edit([]), []);
	t.deepEqual(await edit(["five", "one", "two", "three"]), ["one", "two", "three", "five"]);
	t.deepEqual(await shown("/tags/five"), [text]);
	await door.ask("DELETE", `${path}/${id}`, { token: jane.token });
	t.deepEqual(await shown("/tags/five"), []);
	const kept = await door.context.store.page(messageTags, { order: "asc", limit: 100 });
	t.deepEqual(
		kept.map(({ doc }) => doc.tag),
		Array.from({ length: kept.length }, () => undefined),
	);
});

test("a tag with many posts is paged without loss, even if most of them are in private places", async (t) => {
	const { door, jane, say, shown } = await open(t);
	const secret = (await door.channel(jane, { tier: "private", name: "secret" })).path;
	const said: string[] = [];
	for (let i = 0; i < 45; i++) {
		said.unshift((await say(["busy"])).text);
		for (let n = 0; n < 3; n++) await say(["busy"], secret);
	}
	const seen: string[] = [];
	for (let at = "/tags/busy"; ; ) {
		seen.push(...(await shown(at)));
		const next = /rel="next" href="http:\/\/social.example([^"]+)"/.exec((await see(door, at)).text)?.[1];
		if (next === undefined) break;
		at = next;
	}
	t.deepEqual(seen, said);
});

test("tags of messages from before there was an index are indexed at the start", async (t) => {
	const { door, say, shown } = await open(t);
	const { text } = await say(["old", "older"]);
	const gone = await say(["old"]);
	for (const { id } of await door.context.store.page(messageTags, { order: "asc", limit: 100 }))
		await door.context.store.delete(messageTags, id);
	t.deepEqual(await shown("/tags/old"), []);
	const signal = new AbortController().signal;
	await indexTags(door.context, signal);
	await indexTags(door.context, signal);
	t.deepEqual(await shown("/tags/old"), [gone.text, text]);
	t.deepEqual(await shown("/tags/older"), [text]);
	const id = parseId("msg", gone.id) as NonNullable<ReturnType<typeof parseId<"msg">>>;
	const stored = await door.context.store.get(messages, id);
	t.is(stored?.doc.tags.length, 1);
	const actor = (await door.person("molly")).account;
	await appendDeletion(door.context, id, { actor });
	t.deepEqual(await shown("/tags/old"), [text]);
});
