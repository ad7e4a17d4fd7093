import test from "ava";
import { contentOf } from "../../../../bridges/matrix/incoming/content.ts";
import { createText } from "../../../../src/text/text.ts";

const text = createText();
const reply = { "m.relates_to": { "m.in_reply_to": { event_id: "$t" } } };
const read = (content: object, isReply = true) =>
	contentOf({ msgtype: "m.text", ...(isReply ? reply : {}), ...content }, text, "alice")?.text;

/** Plain texts of replies, and what of them the sender has said. */
const plain: readonly (readonly [body: string, said: string | undefined])[] = [
	["> <@bob:hs.test> QUOTED\n\nmine", "mine"],
	["> <@bob:hs.test> QUOTED\n> QUOTED\n\nmine\n\nmore", "mine\n\nmore"],
	["> <@bob:hs.test> QUOTED\n>\n> QUOTED\n>> QUOTED\n>QUOTED\n\nmine", "mine"],
	["> * <@bob:hs.test> QUOTED\n\nmine", "mine"],
	["> <@bob:hs.test> QUOTED\nmine", "mine"],
	["> <@bob:hs.test:8448> QUOTED\r\n> QUOTED\r\n\r\nmine", "mine"],
	["\n> <@bob:hs.test> QUOTED\n\nmine", "mine"],
	["><@bob:hs.test> QUOTED\n\nmine", "mine"],
	["> <@bob:hs.test>\n> QUOTED\n\nmine", "mine"],
	["> <@bob:hs.test> > <@carol:hs.test> QUOTED\n> > QUOTED\n\nmine", "mine"],
	["> <@bob:hs.test> QUOTED\n\n> my own quote\nmine", "> my own quote\nmine"],
	["> <@bob:hs.test> QUOTED\n\n> <@carol:hs.test> is whom I mean", "> <@carol:hs.test> is whom I mean"],
	["> <@bob:hs.test> QUOTED", undefined],
	["> <@bob:hs.test> QUOTED\n\n", undefined],
	["> my own quote", "> my own quote"],
	["> my own quote\n\nmine", "> my own quote\n\nmine"],
	["> one\n> two", "> one\n> two"],
	[">", ">"],
	[">_<", ">_<"],
	["> @bob:hs.test said so", "> @bob:hs.test said so"],
	["> <b>not a user</b>", "> <b>not a user</b>"],
	["mine\n> <@bob:hs.test> in the middle", "mine\n> <@bob:hs.test> in the middle"],
	["mine", "mine"],
];

for (const [body, said] of plain) {
	test(`of the reply ${JSON.stringify(body)} only a real fallback is removed`, (t) => {
		t.is(read({ body }), said);
		t.is(read({ body }, false), body, "a message that is no reply is not touched");
		const emote = read({ msgtype: "m.emote", body });
		t.is(emote, said === undefined ? undefined : `* alice ${said}`);
		const caption = read({ msgtype: "m.image", filename: "cat.png", body });
		t.false(caption?.includes("QUOTED") ?? false);
	});
}

const html: readonly (readonly [html: string, said: string])[] = [
	["<mx-reply><blockquote>QUOTED</blockquote></mx-reply>mine", "mine"],
	["  <mx-reply><blockquote>QUOTED</blockquote></mx-reply><p>mine</p>", "<p>mine</p>"],
	["<p><mx-reply><blockquote>QUOTED</blockquote></mx-reply>mine</p>", "<p>mine</p>"],
	["<div><div><mx-reply>QUOTED</mx-reply></div>mine</div>", "<div><div></div>mine</div>"],
	["<MX-REPLY><blockquote>QUOTED</blockquote></MX-REPLY>mine", "mine"],
	['<mx-reply class="a" data-x="</mx-reply>"><b>QUOTED</b></mx-reply>mine', "mine"],
	["<mx-reply\n>QUOTED</mx-reply\n>mine", "mine"],
	["<mx-reply>QUOTED<mx-reply>QUOTED</mx-reply>QUOTED</mx-reply>mine", "mine"],
	["<mx-reply>QUOTED</mx-reply>mine<mx-reply>QUOTED</mx-reply>", "mine"],
	["mine<mx-reply>QUOTED</mx-reply>", "mine"],
	["mine<mx-reply>QUOTED", "mine"],
	["<blockquote>my own quote</blockquote>mine", "<blockquote>my own quote</blockquote>mine"],
	["<mx-reply>QUOTED</mx-reply><blockquote>my own quote</blockquote>mine", "<blockquote>my own quote</blockquote>mine"],
	["<code>&lt;mx-reply&gt;</code> is an element", "as plain text"],
	[`<mx-reply>${"<i>".repeat(150)}QUOTED${"</i>".repeat(150)}</mx-reply>mine`, "as plain text"],
];

for (const [formatted_body, said] of html) {
	test(`nothing that is quoted is said in ${JSON.stringify(formatted_body.slice(0, 80))}`, (t) => {
		const body = "> <@bob:hs.test> QUOTED\n\nas plain text";
		const format = "org.matrix.custom.html";
		t.is(read({ body, format, formatted_body }), said);
		const withoutRelation = read({ body: "as plain text", format, formatted_body }, false);
		t.is(withoutRelation, said);
	});
}

test("a reply whose HTML is nothing but the quote says what its plain text says", (t) => {
	const format = "org.matrix.custom.html";
	const formatted_body = "<mx-reply>QUOTED</mx-reply>";
	t.is(read({ body: "> <@bob:hs.test> QUOTED\n\nmine", format, formatted_body }), "mine");
	t.is(read({ body: "> <@bob:hs.test> QUOTED", format, formatted_body }), undefined);
});
