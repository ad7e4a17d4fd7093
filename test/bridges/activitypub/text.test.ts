import test from "ava";
import { bridgeName, mintId } from "#core/ids.ts";
import { createIds } from "../../../bridges/activitypub/ids.ts";
import { linkify } from "../../../bridges/activitypub/linkify.ts";
import { isForeign, normalise } from "../../../bridges/activitypub/normalise.ts";

const mention = { word: "@jane@a.example", href: "https://a.example/u/1?x=1&y=2", kind: "u-url mention" } as const;
const link = (word: string) => `<a href="https://a.example/u/1?x=1&amp;y=2" class="u-url mention">${word}</a>`;

test("words become links in text, and nowhere else", (t) => {
	t.is(linkify("<p>hi @Jane@a.example, ok</p>", [mention]), `<p>hi ${link("@Jane@a.example")}, ok</p>`);
	for (const html of [
		"<p>x@jane@a.example</p>",
		"<p>@jane@a.examples</p>",
		'<a href="x">@jane@a.example</a>',
		"<pre><code>@jane@a.example</code></pre>",
		'<p title="@jane@a.example">x</p>',
	]) {
		t.is(linkify(html, [mention]), html);
	}
	t.is(linkify("<code>a</code> @jane@a.example", [mention]), `<code>a</code> ${link("@jane@a.example")}`);
});

test("the longest word wins", (t) => {
	const short = { ...mention, word: "@jane", href: "https://a.example/u/short" };
	t.is(
		linkify("@jane@a.example @jane", [short, mention]),
		`${link("@jane@a.example")} <a href="https://a.example/u/short" class="u-url mention">@jane</a>`,
	);
});

test("contexts that are known or inline need no JSON-LD", (t) => {
	const as2 = "https://www.w3.org/ns/activitystreams";
	t.false(isForeign({ "@context": as2 }));
	t.false(isForeign({}));
	t.false(isForeign({ "@context": [as2, "https://w3id.org/security/v1", { toot: "http://joinmastodon.org/ns#" }] }));
	t.false(isForeign({ "@context": ["https://pleroma.example/schemas/litepub-0.1.jsonld"] }));
	t.true(isForeign({ "@context": [as2, "https://unknown.example/ns"] }));
});

test("a foreign document is read in the words of AS2; one that is no JSON-LD is left as it is", async (t) => {
	const document = {
		"@context": ["https://www.w3.org/ns/activitystreams", "https://u.example/ns"],
		"@type": "Like",
		"as:object": { "@id": "https://x.example/1" },
		id: "https://x.example/2",
		actor: "https://x.example/u",
	};
	const normal = await normalise(JSON.stringify(document), document);
	t.deepEqual(normal["type"], ["Like"]);
	t.deepEqual(normal["object"], ["https://x.example/1"]);
	const broken = { "@context": ["https://u.example/ns", 7], type: "Like" };
	t.is(await normalise(JSON.stringify(broken), broken), broken);
	const flood = { ...document, "@context": Array.from({ length: 2000 }, () => "https://u.example/ns") };
	t.is(await normalise(JSON.stringify(flood), flood), flood);
});

test("every id that is minted is understood again", (t) => {
	const ids = createIds(
		"https://here.example:8443",
		bridgeName("activitypub"),
		({ channel, seq }) => `${channel}/${seq}`,
	);
	const account = mintId("usr", 1);
	const channel = mintId("chn", 1);
	const id = mintId("msg", 1);
	t.deepEqual(ids.parseActor(ids.actor({ kind: "account", account })), { kind: "account", account });
	t.deepEqual(ids.parseActor(ids.actor({ kind: "channel", channel })), { kind: "channel", channel });
	t.deepEqual(ids.parseActor(ids.instance), { kind: "instance" });
	t.is(ids.parseObject(ids.object({ id })), id);
	t.is(ids.parseObject(ids.pages.message({ handle: "jane" }, id)), id);
	for (const suffix of ["", "announce", "share", `follow-${account}`])
		t.deepEqual(ids.parseActivity(ids.activity(`${channel}/7`, suffix)), { seq: 7, event: `${channel}/7`, suffix });
	for (const other of [
		"https://here.example/users/x",
		`https://evil.example/users/${account}`,
		`https://here.example:8443.evil.example/users/${account}`,
		`${ids.origin}/users/${account}/inbox`,
		"",
		"x",
	]) {
		t.is(ids.parseActor(other), undefined);
	}
	t.true(ids.isOurs("https://HERE.example:8443/x"));
	t.false(ids.isOurs("https://here.example/x"));
});
