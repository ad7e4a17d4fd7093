import test from "ava";
import { introductionOf } from "../../../bridges/activitypub/article.ts";
import { createText } from "../../../src/text/text.ts";

const text = createText();
const introduction = (content: Record<string, string>, rest: { warning?: string } = {}) =>
	introductionOf(text, { content: { text: "", mime: "text/markdown", ...content }, ...rest } as never);
const words = (count: number) => Array.from({ length: count }, (_, n) => `word${n}`).join(" ");

test("an article without a title is named by its first heading or line, and its teaser begins behind that", (t) => {
	for (const [content, expected] of [
		[{ text: "# Welcome\n\nTo the *show*." }, { name: "Welcome", summary: "To the show." }],
		[{ text: "## Welcome *all*\nHi" }, { name: "Welcome all", summary: "Hi" }],
		[{ text: "One line" }, { name: "One line" }],
		[
			{ text: "First line\nsecond line", mime: "text/plain" },
			{ name: "First line", summary: "second line" },
		],
		[
			{ text: "<h1>A &amp; B</h1><p>c</p>", mime: "text/html" },
			{ name: "A & B", summary: "c" },
		],
		[{ text: "\n\n  First  \n\nsecond" }, { name: "First", summary: "second" }],
		[
			{ text: "# Welcome\n\nText", summary: "A teaser" },
			{ name: "Welcome", summary: "A teaser" },
		],
		[
			{ text: "# Welcome\n\nText", title: "  " },
			{ name: "Welcome", summary: "Text" },
		],
	] as const) {
		t.deepEqual(introduction(content), expected, JSON.stringify(content));
	}
});

test("name and summary are short, say nothing twice, and never both the whole text", (t) => {
	for (const line of [words(3), words(40), words(400), "x".repeat(1000), "🙂".repeat(400)]) {
		for (const rest of ["", "more", words(400)]) {
			const { name, summary } = introduction({ text: `${line}\n\n${rest}`.trim(), mime: "text/plain" });
			t.true(name.length <= 151 && (summary ?? "").length <= 500, line);
			t.true(name.isWellFormed() && (summary ?? "").isWellFormed());
			t.true(line.startsWith(name.replace(/…$/, "")));
			t.not(summary, name);
			if (rest === "" && name === line) t.is(summary, undefined);
			if (name !== line) t.true(summary?.startsWith("…") === true);
		}
	}
});

test("a title stays the name, and the text that repeats it is not its own teaser", (t) => {
	t.deepEqual(introduction({ text: "# Title\n\nText", title: "Title" }), { name: "Title", summary: "Text" });
	t.deepEqual(introduction({ text: "Text", title: "Title" }), { name: "Title", summary: "Text" });
	t.deepEqual(introduction({ text: "Title", title: "Title" }), { name: "Title" });
	t.is(introduction({ text: "Text", title: words(100) }).name.length, 150);
});

test("a warning stands before the teaser, and the summary is HTML", (t) => {
	t.is(
		introduction({ text: "Title\n\na < b" }, { warning: "spoilers & more" }).summary,
		"spoilers &amp; more: a &lt; b",
	);
	t.is(introduction({ text: "Title" }, { warning: "spoilers" }).summary, "spoilers");
});
