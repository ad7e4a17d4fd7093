import test from "ava";
import { readContent } from "../../../bridges/activitypub/incoming/content.ts";
import { createText } from "../../../src/text/text.ts";

const text = createText();
const read = (object: Record<string, unknown>) => readContent(text, { type: "Note", ...object });
const htmlOf = (object: Record<string, unknown>) => read(object).content.text;
const link = (href: string, label = href) => `<a href="${href}" rel="noopener nofollow">${label}</a>`;

const picture = "https://x.example/cat.png";

/** What is written, and how it is shown when its media type says how to read it. */
const written = {
	"if a<b and c>d": { "text/plain": "<p>if a&lt;b and c&gt;d</p>", "text/markdown": "<p>if a&lt;b and c&gt;d</p>" },
	"one\ntwo": { "text/plain": "<p>one<br />\ntwo</p>", "text/markdown": "<p>one<br />\ntwo</p>" },
	"# Hi\n\n*you* & `me`": {
		"text/plain": "<p># Hi</p>\n<p>*you* &amp; `me`</p>",
		"text/markdown": "<h1>Hi</h1>\n<p><em>you</em> &amp; <code>me</code></p>",
	},
	[`![a cat](${picture})`]: { "text/markdown": `<p>${link(picture, "a cat")}</p>` },
	"<p>a <b>b</b></p>": {
		"text/html": "<p>a <b>b</b></p>",
		"text/plain": "<p>&lt;p&gt;a &lt;b&gt;b&lt;/b&gt;&lt;/p&gt;</p>",
	},
} satisfies Record<string, Record<string, string>>;

/** Spellings of each media type. */
const spellings: Readonly<Record<string, readonly unknown[]>> = {
	"text/plain": [
		"text/plain",
		"TEXT/Plain; charset=utf-8",
		["text/plain"],
		"text/x-unknown",
		{ "@value": "text/plain" },
	],
	"text/markdown": ["text/markdown", "text/markdown;variant=GFM", "text/x-markdown", ["text/markdown"]],
	"text/html": ["text/html", "text/html; charset=utf-8", undefined, null, "", "image/png", "video/mp4", 7],
};

test("content is what its media type says, in every field that it covers", (t) => {
	for (const [content, shown] of Object.entries(written)) {
		for (const [type, expected] of Object.entries(shown)) {
			for (const mediaType of spellings[type] ?? []) {
				for (const fields of [{ content }, { content: [content] }, { contentMap: { en: content } }]) {
					for (const kind of ["Note", "Article", "Video", "Page", "Event"])
						t.is(
							htmlOf({ type: kind, mediaType, ...fields }),
							expected,
							JSON.stringify({ kind, mediaType, ...fields }),
						);
				}
				if (mediaType !== "image/png" && mediaType !== "video/mp4") {
					const source = { content, mediaType: mediaType ?? "text/html" };
					if (typeof source.mediaType !== "number" && source.mediaType !== "")
						t.is(htmlOf({ source }), expected, JSON.stringify(source));
				}
			}
		}
	}
	// What was typed is not preferred to what was published.
	t.is(htmlOf({ content: "<p>out</p>", source: { content: "in", mediaType: "text/markdown" } }), "<p>out</p>");
	t.is(htmlOf({ content: "", source: { content: "*in*", mediaType: "text/markdown" } }), "<p><em>in</em></p>");
	t.is(htmlOf({ source: "a<b" }), "<p>a&lt;b</p>");
});

test("names and warnings are plain text", (t) => {
	for (const name of ["if a<b", "a <b> c", "AT&T", "x &amp; y", "1 < 2 > 0", "<3"]) {
		t.is(read({ type: "Article", name, content: "text" }).content.title, name);
		t.is(read({ type: "Page", nameMap: { en: name }, content: "text" }).content.title, name);
		t.is(text.fromHtml(htmlOf({ type: "Event", name })), name);
		t.is(text.fromHtml(htmlOf({ type: "Question", oneOf: [{ name }], content: "which?" })), `which?\n\n- ${name}`);
		t.true(text.fromHtml(htmlOf({ attachment: { url: picture, name } })).includes(name));
	}
	for (const summary of ["if a<b", "a <b> c", "AT&T", "1 < 2 > 0"]) {
		t.is(read({ summary, content: "text" }).warning, summary);
		t.is(read({ type: "Article", summary, content: "text" }).content.summary, summary);
	}
	// Servers that follow AS2 to the letter write HTML.
	for (const summary of ["<p>Short &amp; sweet</p>", "Short &amp; sweet", "<b>Short</b> & sweet"])
		t.is(read({ type: "Article", summary, content: "text" }).content.summary, "Short & sweet");
});

/** Objects of each kind with one readable field, and what is shown of it. */
const readable: readonly (readonly [fields: Record<string, unknown>, shown: string])[] = [
	[{ name: "A title" }, "A title"],
	[{ nameMap: { en: "A title" } }, "A title"],
	[{ content: "", contentMap: { de: "<p>Hallo</p>" } }, "Hallo"],
	[{ content: null, summary: "Only a summary" }, "Only a summary"],
	[{ source: { content: "typed", mediaType: "text/plain" } }, "typed"],
	[{ content: "<p></p>", attachment: [{ type: "Image", url: picture, name: "a cat" }] }, "a cat"],
	[{ attachment: { type: "Link", href: "https://x.example/page" } }, "https://x.example/page"],
	[{ attachment: "https://x.example/page" }, "https://x.example/page"],
	[{ attachment: [{ type: "Document", url: [{ type: "Link", href: picture }] }] }, picture],
	[{ image: { type: "Image", url: picture, name: "a cat" } }, "a cat"],
	[{ image: picture }, picture],
	[{ content: `<p><img src="${picture}"></p>` }, picture],
	[{ url: "https://x.example/page" }, "https://x.example/page"],
	[{ url: [{ type: "Link", mediaType: "text/html", href: "https://x.example/page" }] }, "https://x.example/page"],
	[{ oneOf: [{ type: "Note", name: "yes" }] }, "- yes"],
	...["quote", "quoteUrl", "quoteUri", "_misskey_quote"].map(
		(name) => [{ [name]: "https://x.example/quoted" }, "https://x.example/quoted"] as const,
	),
	[{ quote: { type: "Note", id: "https://x.example/quoted" } }, "https://x.example/quoted"],
	[{ tag: [{ type: "Hashtag", name: "#cats" }, null, { type: "Mention", name: "@jane" }] }, "#cats @jane"],
	[{ tag: { type: "Emoji", name: ":wave:", icon: { type: "Image", url: picture } } }, ":wave:"],
	...[
		`<a href="${picture}"></a>`,
		`<p><a href="${picture}"> </a></p>`,
		`<iframe src="${picture}"></iframe>`,
		`<video src="${picture}"></video>`,
		`<audio controls><source src="${picture}"></audio>`,
		`<embed src="${picture}">`,
		`<object data="${picture}"></object>`,
	].map((content) => [{ content }, picture] as const),
];

test("an object with anything readable in any field has a text, whatever its type", (t) => {
	for (const type of ["Note", "Article", "Page", "Question", "Event", "Video", "Audio", "Image", "Document"]) {
		for (const [fields, shown] of readable) {
			for (const empty of [{}, { content: "" }, { content: null }, { content: "<p> <br></p>" }]) {
				const { content } = read({ type, ...empty, ...fields });
				t.is(text.fromHtml(content.text), shown, JSON.stringify({ type, ...empty, ...fields }));
			}
		}
		for (const content of [
			"<p></p>",
			'<a href="javascript:x()"></a>',
			'<iframe src="/x"></iframe>',
			"<script>x</script>",
		])
			t.is(htmlOf({ type, content }).replaceAll(/<[^>]*>/g, ""), "", content);
	}
});

test("a title is shown above a memo's text, unless the text begins with it", (t) => {
	t.is(htmlOf({ name: "Tom & Co", content: "<p>hi</p>" }), "<p><strong>Tom &amp; Co</strong></p><p>hi</p>");
	t.is(htmlOf({ name: "Tom & Co", content: "<h2>Tom &amp; Co</h2><p>hi</p>" }), "<h2>Tom &amp; Co</h2><p>hi</p>");
	t.is(read({ type: "Article", name: "Title", content: "<p>hi</p>" }).content.text, "<p>hi</p>");
});

test("an attachment that the text links to is not repeated", (t) => {
	const attachment = [
		{ type: "Image", url: picture, name: "a cat" },
		{ type: "Image", url: picture },
	];
	t.is(htmlOf({ content: "<p>hi</p>", attachment }), `<p>hi</p><p>${link(picture, "a cat")}</p>`);
	t.is(htmlOf({ content: `<p><img src="${picture}" alt="cat"></p>`, attachment }), `<p>${link(picture, "cat")}</p>`);
});

test("what is marked as sensitive has a warning, with or without a summary", (t) => {
	for (const sensitive of [true, "true", [true], { "@value": true }]) {
		for (const type of ["Note", "Article", "Page", "Video", "Image"]) {
			t.is(read({ type, sensitive, content: "text" }).warning, "Sensitive content");
			t.is(read({ type, sensitive, content: "text", summary: "film" }).warning, "film");
		}
		t.is(read({ sensitive, attachment: { url: picture } }).warning, "Sensitive content");
	}
	for (const sensitive of [false, null, undefined, "no", {}]) {
		t.is(read({ sensitive, content: "text" }).warning, undefined);
		t.is(read({ sensitive, content: "text", summary: "film" }).warning, "film");
		t.is(read({ type: "Article", sensitive, content: "text", summary: "teaser" }).warning, undefined);
	}
});

test("content is given as a memo and as an article, for edits that come as another type", (t) => {
	const { contentAs } = read({ name: "Title", summary: "warning", content: "<p>text</p>" });
	t.deepEqual(contentAs, {
		memo: { text: "<p><strong>Title</strong></p><p>text</p>", mime: "text/html" },
		article: { text: "<p>text</p>", mime: "text/html", title: "Title" },
	});
});
