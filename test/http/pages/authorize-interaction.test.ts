import test, { type ExecutionContext } from "ava";
import { createBrowser, formsOf } from "../../support/browser-forms.ts";
import { startPeer } from "../../support/fediverse-peer.ts";
import { startGateway } from "../../support/gateway.ts";
import { password, personWithPassword } from "../../support/person.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/wait.ts";

const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";
const pathOf = (uri: string): string => `/authorize_interaction?uri=${encodeURIComponent(uri)}`;

async function open(t: ExecutionContext) {
	const running = await startGateway(await temporaryFolder(t), { CAUSEWAY_REGISTRATION_MODE: "open" });
	t.teardown(() => running[Symbol.asyncDispose]());
	const peer = await startPeer(t);
	peer.routes.set("/inbox", { status: 202 });
	const bob = peer.actor("bob");
	const jane = await running.person("jane");
	const ana = await personWithPassword(running.gateway.context, "ana");
	const browser = createBrowser(running.origin);
	const me = await jane.call("GET", "/api/me");
	const signIn = async () => browser.submit(await browser.open("/login"), "/login", { name: ana.handle, password });
	return { ...running, peer, bob, jane, me, ana, browser, signIn, host: new URL(peer.origin).host };
}

const buttonsOf = (text: string): readonly string[] =>
	[...text.matchAll(/<button type="submit" class="main">([^<]+)</g)].map(([, label]) => label as string);

test("the address that WebFinger gives lets a visitor of another server sign in, see whom they follow, and follow", async (t) => {
	const { origin, peer, browser, ana, jane, host } = await open(t);
	const finger = await (await fetch(`${origin}/.well-known/webfinger?resource=acct:${jane.address}`)).json();
	const { links } = finger as { links: { rel: string; template?: string }[] };
	const template = links.find(({ rel }) => rel === "http://ostatus.org/schema/1.0/subscribe")?.template ?? "";
	const login = await browser.open(template.replace("{uri}", encodeURIComponent(`acct:bob@${host}`)));
	t.true(login.url.startsWith(`${origin}/login?return=`));
	const asked = await browser.submit(login, "/login", { name: ana.handle, password });
	t.is(asked.status, 200);
	t.deepEqual(buttonsOf(asked.text), [`Follow @bob@${host}`]);
	t.is(peer.asked.filter(({ method }) => method === "POST").length, 0, "opening the page follows no one");
	const done = await browser.submit(asked, "/authorize_interaction");
	t.is(done.status, 200);
	t.regex(done.text, /You asked to follow/);
	const { body } = await until("the Follow arrives", () => peer.asked.find(({ method }) => method === "POST"));
	t.like(JSON.parse(body), { type: "Follow", object: `${peer.origin}/u/bob` });
});

test("a person, a channel and a post are found by every address that they have", async (t) => {
	const { origin, domain, peer, bob, jane, me, browser, signIn, host } = await open(t);
	await signIn();
	const note = { type: "Note", attributedTo: bob.id, to: [PUBLIC], content: "a post" };
	peer.routes.set("/n/1", { body: { ...note, id: `${peer.origin}/n/1` } });
	peer.routes.set("/@bob/1", { body: { ...note, id: `${peer.origin}/n/1` } });
	peer.routes.set("/@bob", { body: bob.document });
	const group = (await jane.call("POST", "/api/groups", { name: "Guild" })).id as string;
	const hall = await jane.call("POST", `/api/groups/${group}/channels`, { name: "hall", tier: "discoverable" });
	const say = async (to: string): Promise<string> =>
		(await jane.call("POST", `${to}/messages`, { type: "memo", content: { text: "x" } })).id;
	const own = await say(`/api/groups/${me.timeline.group}/channels/${me.timeline.channel}`);
	const inHall = await say(`/api/groups/${group}/channels/${hall.id}`);
	const channel = `Follow the channel @${hall.handle}@${domain}`;
	for (const [label, addresses] of [
		[
			[`Follow @bob@${host}`],
			[
				`acct:bob@${host}`,
				`bob@${host}`,
				`@bob@${host}`,
				` @bob@${host} `,
				bob.id,
				`${peer.origin}/@bob`,
				`${peer.origin}/n/1`,
				`${peer.origin}/@bob/1`,
			],
		],
		[
			[`Follow @jane@${domain}`],
			[
				"jane",
				`acct:jane@${domain}`,
				`${origin}/@jane`,
				`${origin}/@jane?before=x`,
				me.actor,
				`${origin}/@jane/${own}`,
				`${origin}/objects/${own}`,
			],
		],
		[[channel], [`${hall.handle}@${domain}`, `${origin}/c/${hall.handle}`, `${origin}/channels/${hall.id}`]],
		[
			[`Follow @jane@${domain}`, channel],
			[`${origin}/@jane/${inHall}`, `${origin}/objects/${inHall}`],
		],
	] as const)
		for (const address of addresses) {
			const page = await browser.open(pathOf(address));
			t.is(page.status, 200, address);
			t.deepEqual(buttonsOf(page.text), [...label], address);
		}
	const joined = await browser.submit(
		await browser.open(pathOf(`${origin}/c/${hall.handle}`)),
		"/authorize_interaction",
	);
	t.regex(joined.text, /You follow/);
	const older = await browser.open(`/authorize_interaction?acct=${encodeURIComponent(`jane@${domain}`)}`);
	t.deepEqual(buttonsOf(older.text), [`Follow @jane@${domain}`]);
});

test("an address that leads to nothing one may follow gets a page that says so, and never a redirect elsewhere", async (t) => {
	const { origin, domain, peer, jane, ana, browser, signIn } = await open(t);
	await signIn();
	const group = (await jane.call("POST", "/api/groups", { name: "Guild" })).id as string;
	const den = await jane.call("POST", `/api/groups/${group}/channels`, { name: "den", tier: "private" });
	const secret = (
		await jane.call("POST", `/api/groups/${group}/channels/${den.id}/messages`, {
			type: "memo",
			content: { text: "x" },
		})
	).id as string;
	peer.routes.set("/n/2", {
		body: {
			id: `${peer.origin}/n/2`,
			type: "Note",
			attributedTo: "https://elsewhere.example/u/eve",
			content: "claimed",
		},
	});
	const answers = new Set<string>();
	for (const address of [
		`nobody@${domain}`,
		`${origin}/@nobody`,
		`${origin}/objects/${secret}`,
		`${origin}/@jane/${secret}`,
		`${origin}/channels/${den.id}`,
		`ana@${domain}`,
		`${peer.origin}/nothing`,
		`${peer.origin}/n/2`,
		"//evil.example/",
		"javascript:alert(1)",
		"data:text/html,x",
		"file:///etc/passwd",
		`${origin}/account/delete`,
		'"><script>alert(1)</script>',
	]) {
		const page = await browser.open(pathOf(address));
		t.is(page.status, 404, address);
		t.false(page.left, address);
		t.notRegex(page.text, /<script(?! type="module" src="\/assets)|evil\.example|javascript:/, address);
		answers.add(page.text);
	}
	t.is(answers.size, 1, "the answer does not tell why");
	for (const query of ["", "?uri=", "?uri=%20", `?uri=${"x".repeat(601)}`, "?uri=a@b.example&uri=c@d.example"]) {
		const page = await browser.open(`/authorize_interaction${query}`);
		t.is(page.status, 400, query);
	}
	t.is(ana.handle, "ana");
});

test("only a form of our own page follows, and a signed-out one leads to the sign-in page", async (t) => {
	const { origin, domain, jane, me, browser, signIn } = await open(t);
	const out = await browser.open(pathOf(`jane@${domain}`));
	t.true(out.url.startsWith(`${origin}/login`));
	await signIn();
	const page = await browser.open(pathOf(`jane@${domain}`));
	const hidden = formsOf(page).find(({ action }) => action.endsWith("/authorize_interaction"))?.hidden ?? {};
	const send = async (fields: Record<string, string>, headers: Record<string, string> = {}) =>
		(
			await fetch(`${origin}/authorize_interaction`, {
				method: "POST",
				redirect: "manual",
				headers: { accept: "text/html", cookie: browser.cookies("/authorize_interaction"), ...headers },
				body: new URLSearchParams(fields),
			})
		).status;
	const follow = `jane@${domain}`;
	t.is(await send({ follow }), 403, "without a token");
	t.is(await send({ follow, csrf: "x".repeat(43) }), 403, "with an invented token");
	t.is(await send({ ...hidden, follow }, { "sec-fetch-site": "cross-site" }), 403, "from another site");
	t.is(await send({ ...hidden, follow }, { origin: "https://evil.example" }), 403, "from another origin");
	for (const wrong of ["", "x".repeat(2001)]) t.is(await send({ ...hidden, follow: wrong }), 400);
	for (const wrong of ["nobody", `nobody@${domain}`, `${origin}/x`])
		t.is(await send({ ...hidden, follow: wrong }), 404, wrong);
	const members = await jane.call("GET", `/api/groups/${me.timeline.group}/channels/${me.timeline.channel}/members`);
	t.false(JSON.stringify(members).includes("ana"));
	t.is(await send({ ...hidden, follow }), 200);
});
