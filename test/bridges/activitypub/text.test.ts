import test from "ava";
import { bridgeName, mintId } from "#core/ids.ts";
import { createIds } from "../../../bridges/activitypub/ids.ts";
import { linkify } from "../../../bridges/activitypub/linkify.ts";

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
