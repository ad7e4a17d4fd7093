import test from "ava";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import { createFakeBridge } from "../support/fake-bridge.ts";
import { type Door, openDoor, type Person } from "./door.ts";

const fake = createFakeBridge("fake");
const bridge: Bridge = {
	...fake,
	resolvers: {
		...fake.resolvers,
		alternate: (subject) => ({
			type: "application/activity+json",
			url: `http://social.example/things/${Object.values(subject)[0].id}`,
		}),
	},
};

let door: Door;
let jane: Person;
test.before(async () => {
	door = await openDoor({ bridges: [bridge] });
	jane = await door.person("jane");
});
test.after.always(() => door.close());

const asPerson = { accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" };
const page = (at: string) => door.ask("GET", at, { headers: asPerson });

async function post(path: string, body: object, who = jane): Promise<string> {
	const made = await door.ask("POST", `${path}/messages`, { token: who.token, body });
	if (made.status !== 201) throw new Error(made.text);
	return made.body.id;
}
const timelineOf = ({ account }: Person) => `/api/groups/${account.group}/channels/${account.timeline}`;

test("a profile shows the posts of the timeline, escaped and sanitised", async (t) => {
	const bob = await door.person("bob");
	await post(timelineOf(bob), { type: "memo", content: { text: "<b>plain</b> & <script>alert(1)</script>" } }, bob);
	await post(timelineOf(bob), { type: "article", content: { text: "**body**", title: "<i>Title</i>" } }, bob);
	const html = await post(
		timelineOf(bob),
		{
			type: "memo",
			content: { text: '<p onclick="x()">ok</p><script>alert(2)</script><img src="javascript:x">', mime: "text/html" },
		},
		bob,
	);
	const shown = await page("/@bob");
	t.is(shown.status, 200);
	t.is(shown.headers.get("content-type"), "text/html; charset=utf-8");
	t.regex(shown.headers.get("vary") as string, /accept/i);
	t.false(/<script|onclick|javascript:|<i>Title/i.test(shown.text));
	t.true(shown.text.includes("&lt;i&gt;Title&lt;/i&gt;"));
	t.true(shown.text.includes("<p>ok</p>"));
	t.true(shown.text.includes(`/@bob/${html}`));
	t.regex(shown.text, /<html lang="en">/);
	t.regex(
		shown.text,
		/<link rel="alternate" type="application\/activity\+json" href="http:\/\/social.example\/things\/usr_/,
	);
	t.regex(shown.text, /<meta property="og:type" content="profile">/);
	t.false(/style=|<style|onload=/.test(shown.text), "nothing that the policy forbids");
});

test("a message's page shows the whole message, its reactions and replies, and a link to its parent", async (t) => {
	const { path, group } = await door.channel(jane);
	const ann = await door.person("ann");
	await door.ask("POST", `/api/groups/${group}/join`, { token: ann.token });
	const id = await post(path, {
		type: "article",
		content: { text: "# One\n\nfirst *words*", title: "Welcome" },
		tags: ["#intro"],
	});
	const reply = await post(path, { type: "message", content: { text: "nice" }, reference: id }, ann);
	await door.ask("PUT", `${path}/messages/${id}/reactions/%F0%9F%8E%89`, { token: ann.token });
	const shown = await page(`/@jane/${id}`);
	t.is(shown.status, 200);
	for (const part of [
		"<h1>Welcome</h1>",
		"<em>words</em>",
		"🎉",
		"1 reply",
		"nice",
		"#intro",
		"<bdi>Dev Guild</bdi> / <bdi>general</bdi>",
	])
		t.true(shown.text.includes(part), part);
	const answer = await page(`/@ann/${reply}`);
	t.true(answer.text.includes(`/@jane/${id}`));
	t.is((await page(`/@ann/${id}`)).status, 404, "only under its author");
});

test("a content warning hides the content behind it", async (t) => {
	const id = await post(timelineOf(jane), {
		type: "memo",
		content: { text: "eight legs" },
		metadata: [{ schema: "http://social.example/meta/content-warning.json", data: { text: "spiders" } }],
	});
	t.regex((await page(`/@jane/${id}`)).text, /<details class="warning">\s*<summary>spiders<\/summary>/);
});

test("a request for another representation is redirected to it", async (t) => {
	const { path, channel } = await door.channel(jane, { tier: "discoverable" });
	const id = await post(path, { type: "memo", content: { text: "x" } });
	const { handle } = (await door.ask("GET", path)).body;
	for (const [at, thing] of [
		["/@jane", jane.account.id],
		[`/@jane/${id}`, id],
		[`/c/${handle}`, channel],
	] as const) {
		for (const accept of [
			"application/activity+json",
			'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
		]) {
			const answer = await door.ask("GET", at, { headers: { accept } });
			t.is(answer.status, 302, at);
			t.is(answer.headers.get("location"), `http://social.example/things/${thing}`);
		}
		t.is((await page(at)).status, 200);
		t.is((await door.ask("HEAD", at, { headers: asPerson })).status, 200);
	}
});

test("a page that is not open answers 404, a deleted one 410, both as HTML", async (t) => {
	const priv = await door.channel(jane, {});
	const group = await door.channel(jane, { tier: "group" });
	for (const { path } of [priv, group]) {
		const id = await post(path, { type: "memo", content: { text: "hush" } });
		const { handle } = (await door.ask("GET", path, { token: jane.token })).body;
		for (const at of [`/@jane/${id}`, `/c/${handle}`]) {
			const answer = await page(at);
			t.is(answer.status, 404);
			t.regex(answer.headers.get("content-type") as string, /text\/html/);
			t.false(answer.text.includes("hush"));
			t.is(
				(await door.ask("GET", at, { headers: { accept: "application/activity+json" } })).status,
				404,
				"nor is it redirected",
			);
		}
	}
	for (const at of [
		"/@nobody",
		"/@jane/msg_00000000000000000000000000",
		"/@jane/x",
		"/c/none",
		"/@",
		"/@jane/x/y",
		"//",
	])
		t.is((await page(at)).status, 404, at);
	const id = await post(timelineOf(jane), { type: "memo", content: { text: "short-lived" } });
	await door.ask("DELETE", `${timelineOf(jane)}/messages/${id}`, { token: jane.token });
	const gone = await page(`/@jane/${id}`);
	t.is(gone.status, 410);
	t.regex(gone.text, /deleted/);
	t.false((await page("/@jane")).text.includes("short-lived"));
	t.is((await door.ask("GET", "/@nobody", { headers: { accept: "application/json" } })).body.errorCode, "not_found");
});

test("remote posts are not republished, but linked at their origin", async (t) => {
	const remote = createFakeBridge("fake").person("carol");
	const { createShadow } = await import("#core/accounts/create-shadow.ts");
	await createShadow(door.context, {
		handle: remote.handle,
		domain: remote.domain as string,
		kind: "person",
		profile: remote.profile,
		bridgeable: true,
		origin: { bridge: bridge.name, id: remote.id },
		...(remote.reach === undefined ? {} : { reach: remote.reach }),
	});
	t.is((await page("/@carol@fake.test")).status, 404);
});

test("a long timeline is paginated without loss", async (t) => {
	const zoe = await door.person("zoe");
	for (let i = 0; i < 45; i++) await post(timelineOf(zoe), { type: "memo", content: { text: `post ${i}.` } }, zoe);
	const seen: string[] = [];
	for (let at = "/@zoe"; ; ) {
		const { text } = await page(at);
		seen.push(...[...text.matchAll(/<p>post (\d+)\.<\/p>/g)].map(([, i]) => i as string));
		const next = /rel="next" href="http:\/\/social.example([^"]+)"/.exec(text)?.[1];
		if (next === undefined) break;
		at = next;
	}
	t.deepEqual(
		seen,
		Array.from({ length: 45 }, (_, i) => String(44 - i)),
	);
	t.is((await page("/@zoe?before=forged")).status, 404);
});

test("the front page lists discoverable people and channels, and the stylesheet is immutable", async (t) => {
	const listed = await door.channel(jane, { tier: "discoverable", name: "harbour" });
	await door.channel(jane, { tier: "public", name: "backyard" });
	await post(listed.path, { type: "memo", content: { text: "ahoy" } });
	const front = await page("/");
	t.is(front.status, 200);
	for (const part of ["Riverside", "A small provider by the river.", "harbour", "ahoy", "@jane@social.example"])
		t.true(front.text.includes(part), part);
	t.false(front.text.includes("backyard"));
	const href = /href="(\/assets\/style\.css\?v=[^"]+)"/.exec(front.text)?.[1] as string;
	const style = await door.ask("GET", href);
	t.is(style.headers.get("content-type"), "text/css; charset=utf-8");
	t.regex(style.headers.get("cache-control") as string, /immutable/);
	t.is(
		(
			await door.ask("GET", href, {
				headers: { "if-none-match": style.headers.get("etag") as string, "cache-control": "max-age=0" },
			})
		).status,
		304,
	);
});
