import test, { type ExecutionContext } from "ava";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { fitType } from "#core/bridging/incoming/fit-content.ts";
import type { Content } from "#core/model/message.ts";
import { shownAt } from "#core/model/message.ts";
import type { RemoteEvent } from "#core/ports/bridge/remote-event.ts";
import { openCore } from "../../../support/core.ts";
import { createFakeBridge } from "../../../support/fake-bridge.ts";

async function open(t: ExecutionContext) {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const bob = fedi.person("bob");
	const mentions = [jane.id];
	const kept = (id: string) => messageByRemote(core.context, fedi.name, id);
	const receive = (event: RemoteEvent) => core.incoming.receive(fedi.name, [event]);
	let count = 0;
	const edit = (target: string, fields: Partial<Extract<RemoteEvent, { kind: "edit" }>> & { content: Content }) =>
		receive({ kind: "edit", id: `edit ${++count}`, sender: bob, raw: {}, target: { remote: target }, ...fields });
	return { fedi, core, jane, bob, mentions, kept, receive, edit };
}

const html = (text: string, rest: Partial<Content> = {}): Content => ({ text, mime: "text/html", ...rest });

test("an edit changes a message as what it is, whatever type of object it comes as", async (t) => {
	const { fedi, bob, mentions, kept, receive, edit } = await open(t);
	const article = { type: "article", content: html("old", { title: "Title", summary: "Teaser" }), mentions } as const;
	await receive(fedi.message(bob, "article", "", article));
	await receive(fedi.message(bob, "memo", "old", { mentions }));
	const untitled = { memo: html("new"), article: html("new") };
	const titled = { memo: html("<b>Other</b> new"), article: html("new", { title: "Other" }) };
	// A Note without a name, for an article.
	await edit("article", { content: untitled.memo, contentAs: untitled });
	t.deepEqual((await kept("article"))?.content, html("new", { title: "Title" }));
	// A Note with one.
	await edit("article", { content: titled.memo, contentAs: titled });
	t.deepEqual((await kept("article"))?.content, html("new", { title: "Other" }));
	// An Article, for a memo.
	await edit("memo", { content: titled.article, contentAs: titled });
	t.deepEqual((await kept("memo"))?.content, html("<b>Other</b> new"));
	await edit("memo", { content: html("as it is") });
	t.deepEqual((await kept("memo"))?.content, html("as it is"));
});

test("a remote message shows the time that its sender gives, if it is past; its place is that of its arrival", async (t) => {
	const { fedi, core, bob, mentions, kept, receive } = await open(t);
	const now = core.clock.time;
	for (const [publishedAt, shown] of [
		[now - 86_400_000, now - 86_400_000],
		[0, 0],
		[now + 1, now],
		[now + 86_400_000 * 365, now],
		[-1, now],
		[Number.NaN, now],
		[undefined, now],
	] as const) {
		await receive(
			fedi.message(bob, `at ${publishedAt}`, "hi", { mentions, ...(publishedAt === undefined ? {} : { publishedAt }) }),
		);
		const message = await kept(`at ${publishedAt}`);
		t.is(message === undefined ? undefined : shownAt(message), shown, String(publishedAt));
		t.is(message?.at, now);
	}
});

test("a remote text that is longer than ours may be is cut, not refused, in posts and in edits", async (t) => {
	const { fedi, core, bob, mentions, kept, receive, edit } = await open(t);
	const { textBytes, articleBytes } = core.context.policy;
	for (const [type, limit] of [
		["memo", textBytes],
		["article", articleBytes],
	] as const) {
		const content = html(`<p>${"漢字 ".repeat(limit / 4)}</p>`);
		t.like(await receive(fedi.message(bob, type, "", { type, content, mentions })), [{ status: "accepted" }]);
		const message = await kept(type);
		t.true(Buffer.byteLength(message?.content.text ?? "") <= limit);
		t.true(message?.content.text.endsWith("…"));
		t.true(message?.content.text.isWellFormed());
		t.is(message?.content.text.includes("\uFFFD"), false);
		const edited = html(`<p>edited ${"漢字 ".repeat(limit / 4)}</p>`);
		t.like(await edit(type, { content: edited }), [{ status: "accepted" }]);
		t.true((await kept(type))?.content.text.includes("edited"));
	}
	const short = html("<p>short</p>");
	await edit("memo", { content: short });
	t.deepEqual((await kept("memo"))?.content, short);
});

test("a channel without memos takes remote posts as messages, and the other way round", (t) => {
	t.is(fitType({ allowedTypes: ["message", "article"] }, "memo"), "message");
	t.is(fitType({ allowedTypes: ["memo"] }, "message"), "memo");
	t.is(fitType({ allowedTypes: ["memo", "message", "article"] }, "memo"), "memo");
	t.is(fitType({ allowedTypes: ["article"] }, "memo"), "memo");
	t.is(fitType({ allowedTypes: ["memo"] }, "article"), "article");
});
