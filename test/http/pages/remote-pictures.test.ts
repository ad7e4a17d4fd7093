import test from "ava";
import { type Browser, chromium } from "playwright-core";
import { changeProfile } from "#core/groups/change-profile.ts";
import { type Door, openDoor, type Person } from "../door.ts";

const elsewhere = "https://pictures.example";

/** Every way to name a picture in a text that was found in HTML and Markdown. */
const texts = [
	["text/markdown", `![a](${elsewhere}/a.png) ![b][ref]\n\n[ref]: ${elsewhere}/b.png`],
	["text/markdown", `[![c](${elsewhere}/c.png)](${elsewhere}/page) <img src="${elsewhere}/d.png">`],
	["text/plain", `${elsewhere}/e.png <img src="${elsewhere}/f.png">`],
	[
		"text/html",
		`<img src="${elsewhere}/g.png"><img srcset="${elsewhere}/h.png 2x"><picture><source srcset="${elsewhere}/i.png"></picture>
<video poster="${elsewhere}/j.png" src="${elsewhere}/j.mp4"></video><audio src="${elsewhere}/k.mp3" autoplay></audio><object data="${elsewhere}/l.svg"></object>
<svg><image href="${elsewhere}/m.png"/><use href="${elsewhere}/n.svg#n"/></svg><input type="image" src="${elsewhere}/o.png"><iframe src="${elsewhere}/p"></iframe>
<p style="background:url(${elsewhere}/q.png)">q</p><style>p{background:url(${elsewhere}/r.png)}</style><body background="${elsewhere}/s.png">
<link rel="icon" href="${elsewhere}/t.png"><meta http-equiv="refresh" content="0;url=${elsewhere}/u"><track src="${elsewhere}/v"><embed src="${elsewhere}/w">`,
	],
] as const;

let door: Door;
let browser: Browser;
let pages: readonly string[];
test.before(async () => {
	door = await openDoor();
	browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
	const jane: Person = await door.person("jane");
	await changeProfile(door.context, jane.account, {
		avatar: `${elsewhere}/jane.png`,
		bio: `<img src="${elsewhere}/bio.png"> ![bio](${elsewhere}/bio.png)`,
	});
	const { path } = await door.channel(jane, { tier: "discoverable", topic: `![t](${elsewhere}/topic.png)` });
	const posts: string[] = [];
	for (const [mime, text] of texts)
		for (const type of ["memo", "article"]) {
			const body = { type, content: { text, mime, ...(type === "article" ? { title: text.slice(0, 60) } : {}) } };
			const made = await door.ask("POST", `${path}/messages`, { token: jane.token, body });
			if (made.status !== 201) throw new Error(made.text);
			posts.push(made.body.id);
			await door.ask("PUT", `${path}/messages/${made.body.id}/reactions/blobcat`, {
				token: jane.token,
				body: { image: `${elsewhere}/blobcat.png`, description: "a cat" },
			});
		}
	const { handle } = (await door.ask("GET", path)).body;
	pages = ["/", "/@jane", `/c/${handle}`, ...posts.map((id) => `/@jane/${id}`)];
});
test.after.always(async () => {
	await browser?.close();
	await door?.close();
});

test("a page makes the browser ask no other server, whatever pictures its people name", async (t) => {
	const page = await browser.newPage();
	const asked: string[] = [];
	page.on("request", (request) => asked.push(new URL(request.url()).origin));
	const complaints: string[] = [];
	page.on("console", (message) => complaints.push(message.text()));
	for (const at of pages) await page.goto(door.url + at, { waitUntil: "load" });
	t.deepEqual([...new Set(asked)], [door.url]);
	t.deepEqual(complaints, [], "nothing is left to the policy alone");
	await page.close();
});

test("a page names a picture of another server nowhere but in links and text, not even for previews", async (t) => {
	for (const at of pages) {
		const { text } = await door.ask("GET", at, { headers: { accept: "text/html" } });
		t.notRegex(text, /\b(?:src|srcset|poster|background|data)="https?:/, at);
		t.notRegex(text, /og:image|twitter:image/, at);
	}
});

test("the policy of every response lets a browser load pictures and media from our own origin only", async (t) => {
	for (const at of [...pages, "/login", "/@nobody", "/api/discover", "/nothing"]) {
		const policy = (await door.ask("GET", at, { headers: { accept: "text/html" } })).headers.get(
			"content-security-policy",
		);
		const directives = new Map(
			(policy ?? "").split(";").map((part) => part.trim().split(/ (.*)/, 2) as [string, string]),
		);
		t.is(directives.get("default-src"), "'none'", at);
		t.is(directives.get("img-src"), "'self'", at);
		t.is(directives.get("media-src") ?? "'none'", "'none'", at);
	}
});
