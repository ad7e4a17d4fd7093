import test from "ava";
import type { Delivery } from "#core/ports/bridge/delivery.ts";
import { editContent, messageContent } from "../../../../bridges/matrix/outgoing/content.ts";
import { createFakeHost } from "../../../support/fake-host.ts";

type Said = Extract<Delivery, { kind: "message" | "edit" }>;

function open() {
	const host = createFakeHost();
	const jane = host.person("jane");
	const place = host.timeline(jane);
	const userOf = ({ handle }: { readonly handle: string }): string => `@${handle}:hs.test`;
	const said = (text: string, fields: Parameters<typeof host.say>[3] = {}): Said =>
		host.delivery(host.say(jane, place, text, fields), "!room:hs.test");
	return { host, said, userOf };
}

test("an edit mentions no one again", (t) => {
	const { host, said, userOf } = open();
	const delivery = { ...said("hello bob", { mentioned: [host.person("bob")] }), kind: "edit" } as Said;
	const edit = editContent(host, delivery, userOf, "$original");
	t.deepEqual(edit["m.mentions"], {});
	t.deepEqual((edit["m.new_content"] as Record<string, unknown>)["m.mentions"], { user_ids: ["@bob:hs.test"] });
});

test("tags that the text does not show stand behind it, escaped", (t) => {
	const { host, said, userOf } = open();
	const { body } = messageContent(host, said("out #Walking today", { tags: ["walking", "#rain"] }), userOf);
	t.is(body, "out #Walking today\n\n#rain");
	const hostile = said("*hi*", { tags: ["<b>"], content: { text: "*hi*", mime: "text/markdown" } });
	t.regex(String(messageContent(host, hostile, userOf).formatted_body), /<p>#&lt;b&gt;<\/p>$/);
});

test("an article comes whole when an event can hold it, else with its summary and where to read on", (t) => {
	const { host, said, userOf } = open();
	const article = (words: number): Record<string, unknown> => {
		const text = "**word** ".repeat(words);
		const content = { text, mime: "text/markdown" as const, title: "Title", summary: "In short" };
		return messageContent(host, said("", { type: "article", content }), userOf);
	};
	const whole = article(1_000);
	t.regex(String(whole.body), /^Title\n\nword word/);
	t.is(typeof whole.formatted_body, "string");
	const long = article(1_800);
	t.regex(String(long.body), /^Title\n\nIn short\n\nhttps:\/\/here\.example\/@jane\/msg_/);
	t.regex(String(long.formatted_body), /^<h1>Title<\/h1>/);
	const tooLong = article(20_000);
	t.regex(String(tooLong.body), /^Title\n\nIn short\n\nhttps:/);
	t.is(tooLong.formatted_body, undefined);
	for (const content of [whole, long, tooLong]) t.true(Buffer.byteLength(JSON.stringify(content)) < 65_536);
});
