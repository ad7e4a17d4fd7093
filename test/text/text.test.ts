import test from "ava";
import fc from "fast-check";
import { createText } from "../../src/text/text.ts";

const text = createText();
const html = (source: string) => text.sanitize(source);

test("harmless markup passes unchanged", (t) => {
	for (const source of [
		"<p>a<br />b</p>",
		"<p><strong>a</strong> <em>b</em> <del>c</del> <u>d</u> <code>e</code> <sub>f</sub></p>",
		'<h1>a</h1><blockquote><p>b</p></blockquote><hr /><pre><code class="language-ts">let a;</code></pre>',
		'<ol start="3"><li>a</li></ol><ul><li>b</li></ul>',
		'<table><thead><tr><th>a</th></tr></thead><tbody><tr><td colspan="2">b</td></tr></tbody></table>',
	]) {
		t.is(html(source), source);
	}
});

test("the markup of Mastodon keeps its classes", (t) => {
	t.is(
		html(
			'<p><span class="h-card" translate="no"><a href="https://a.example/@b" class="u-url mention">@<span>b</span></a></span></p>',
		),
		'<p><span class="h-card"><a href="https://a.example/@b" class="u-url mention" rel="noopener nofollow">@<span>b</span></a></span></p>',
	);
	t.is(
		html('<a href="https://a.example/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a>'),
		'<a href="https://a.example/tags/x" class="mention hashtag" rel="noopener nofollow tag">#<span>x</span></a>',
	);
});

test("markup that runs scripts, loads resources or covers the page is removed", (t) => {
	const cases: [string, string][] = [
		["a<script>alert(1)</script>b", "ab"],
		["<style>p { color: red }</style>a", "a"],
		['<p onclick="x()" style="position:fixed" id="a" class="evil mention">a</p>', "<p>a</p>"],
		['<img src="https://x.example/t.gif" width="1" height="1" onerror="x()">', "<span></span>"],
		['<img src="x" alt="a &amp; <b>">', "<span>a &amp; &lt;b&gt;</span>"],
		["<iframe src=https://x.example></iframe>a", "a"],
		["<form action=/x><input name=a><button>b</button></form>", "b"],
		["<svg><a xlink:href='javascript:x()'>a</a></svg>", "<span>a</span>"],
		["<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>", ""],
		["<video src=x><source src=y></video><object data=x></object><embed src=x>", ""],
		["<meta http-equiv=refresh content='0;url=//x'><base href=//x><link rel=stylesheet href=x>", ""],
		["<span class='fixed inset-0'>a</span>", "<span>a</span>"],
		["<!-- a --><![CDATA[b]]><?php c ?>d", "d"],
		["<code class='language-js hljs'>a</code>", '<code class="language-js">a</code>'],
	];
	for (const [source, expected] of cases) t.is(html(source), expected, source);
});

test("a link without an absolute URL of an allowed scheme is removed", (t) => {
	for (const href of [
		"javascript:x()",
		" java\nscript:x()",
		"JAVASCRIPT:x()",
		"data:text/html,x",
		"vbscript:x",
		"/oauth/authorize",
		"//x.example",
		"x",
		"",
		"file:///etc/passwd",
		"https:",
	]) {
		t.is(html(`<a href="${href}">a</a>`), "<span>a</span>", href);
	}
	for (const href of ["https://x.example/", "http://x.example", "mailto:a@x.example"]) {
		t.is(
			html(`<a href="${href}" target="_blank" rel="opener">a</a>`),
			`<a href="${href}" rel="noopener nofollow">a</a>`,
		);
	}
});

test("unclosed and overlapping elements are closed", (t) => {
	t.is(html("<p>a<b>b"), "<p>a<b>b</b></p>");
	t.is(html("<b><i>a</b></i>"), "<b><i>a</i></b>");
	t.is(html("</p></div>a"), "<p></p>a");
});

test("markup that is too deep or too large is shown as text", (t) => {
	t.is(html("<b>".repeat(101)), `<p>${"&lt;b&gt;".repeat(101)}</p>`);
	t.true(html("<b>".repeat(100)).startsWith("<b><b>"));
	const large = "<b>a</b>\n".repeat(20_000);
	t.true(html(large).startsWith("<p>&lt;b&gt;a&lt;/b&gt;<br />&lt;b"));
	t.is(text.fromHtml(large), large);
	t.is(text.toPlain(large, "text/markdown"), large);
	t.true(text.toHtml(large, "text/markdown").startsWith("<p>&lt;b&gt;"));
	t.true(text.toHtml(large, "text/plain").startsWith("<p>&lt;b&gt;"));
});

test("markdown is rendered as HTML, and HTML within it is shown as text", (t) => {
	t.is(
		text.toHtml("a **b** *c* ~~d~~ `e`\nf", "text/markdown"),
		"<p>a <strong>b</strong> <em>c</em> <s>d</s> <code>e</code><br />\nf</p>\n",
	);
	t.is(text.toHtml("<b>a</b> & <script>", "text/markdown"), "<p>&lt;b&gt;a&lt;/b&gt; &amp; &lt;script&gt;</p>\n");
	t.is(text.toHtml("```ts\na < b\n```", "text/markdown"), '<pre><code class="language-ts">a &lt; b\n</code></pre>\n');
	t.is(
		text.toHtml("![a](https://x.example/i.png)", "text/markdown"),
		'<p><a href="https://x.example/i.png" rel="noopener nofollow">a</a></p>\n',
	);
	t.is(text.toHtml("[a](javascript:x()) [b](/x)", "text/markdown"), "<p>[a](javascript:x()) <span>b</span></p>\n");
});

test("an image is a link named by its description, or by its address without one", (t) => {
	const url = "https://x.example/i.png";
	const link = (label: string, href = url) => `<a href="${href}" rel="noopener nofollow">${label}</a>`;
	const images: readonly (readonly [markdown: string, html: string, shown: string, plain: string])[] = [
		[`![a cat](${url})`, `<img src="${url}" alt="a cat">`, link("a cat"), "a cat"],
		[`![](${url})`, `<img src="${url}">`, link(url), url],
		[`![](${url} "a title")`, `<img src="${url}" alt=" " title="a title">`, link("a title"), "a title"],
		[`![a <b> & c](${url})`, `<img src="${url}" alt="a &lt;b&gt; &amp; c">`, link("a &lt;b&gt; &amp; c"), "a <b> & c"],
		["![a](/i.png)", '<img src="/i.png" alt="a">', "<span>a</span>", "a"],
		["![](/i.png)", '<img src="/i.png">', "<span></span>", ""],
		["![a](mxc://x/y)", '<img src="mxc://x/y" alt="a">', "<span>a</span>", "a"],
		[
			"![:blob:](https://x.example/b.png)",
			'<img src="https://x.example/b.png" alt=":blob:">',
			"<span>:blob:</span>",
			":blob:",
		],
		[
			`[![a cat](${url})](https://x.example/page)`,
			`<a href="https://x.example/page"><img src="${url}" alt="a cat"></a>`,
			link("<span>a cat</span>", "https://x.example/page"),
			"a cat",
		],
		[
			`a ![b](${url}) c ![d](${url})`,
			`a <img src="${url}" alt="b" /> c <img alt=d src=${url}>`,
			`a ${link("b")} c ${link("d")}`,
			"a b c d",
		],
	];
	for (const [markdown, source, shown, plain] of images) {
		t.is(text.toHtml(markdown, "text/markdown"), `<p>${shown}</p>\n`, markdown);
		t.is(text.sanitize(source), shown, source);
		t.is(text.fromHtml(source), plain, source);
		t.is(text.toPlain(markdown, "text/markdown"), plain, markdown);
	}
	t.is(html('<p><a href="https://x.example">a</a> <img src="https://x.example/i.png"></p>').split("<a ").length, 3);
	for (const emoji of ['class="emoji" alt="🙂"', 'class="wp-smiley" alt="🙂"', 'data-mx-emoticon alt="🙂"'])
		t.is(html(`<img src="${url}" ${emoji}>`), "<span>🙂</span>");
	t.is(
		html('<img src="javascript:x()" alt="a"><img src="data:image/png;base64,AA" alt="b">'),
		"<span>a</span><span>b</span>",
	);
});

test("plain text is escaped, with links, line breaks and paragraphs", (t) => {
	t.is(
		text.toHtml("*a* <b> &amp; # c\n> d\n\ne", "text/plain"),
		"<p>*a* &lt;b&gt; &amp;amp; # c<br />\n&gt; d</p>\n<p>e</p>\n",
	);
	t.is(
		text.toHtml("see https://x.example/a?b=1&c=2, and readme.md", "text/plain"),
		'<p>see <a href="https://x.example/a?b=1&amp;c=2" rel="noopener nofollow">https://x.example/a?b=1&amp;c=2</a>, and readme.md</p>\n',
	);
	t.is(text.toHtml("a", "application/unknown"), "<p>a</p>\n");
	t.is(text.toHtml("", "text/plain"), "");
});

test("a message in HTML is sanitised", (t) => {
	t.is(text.toHtml("<p onclick=x>a</p>", "text/html"), "<p>a</p>");
	t.is(text.toPlain("<p>a<br>b</p>", "text/html"), "a\nb");
});

test("the plain text of HTML keeps paragraphs, line breaks, list markers and code", (t) => {
	const cases: [string, string][] = [
		["<p>a  b\n c</p><p>d</p>", "a b c\n\nd"],
		["a<br>b<br><br>c", "a\nb\n\nc"],
		["<div>a</div><div>b</div>", "a\nb"],
		["<ul><li>a</li><li><p>b</p></li><li></li></ul>c", "- a\n\n- b\n\nc"],
		["<p>a</p><pre>b\n  c</pre>", "a\n\nb\n  c"],
		["<p>a <b>b</b><i> c</i>d</p>", "a b cd"],
		["<a href='https://x.example'><span class=invisible>https://</span>x.example</a>", "https://x.example"],
		["&lt;a&gt; &amp;lt; &eacute; &#128512; &quot;", '<a> &lt; é 😀 "'],
		["a<script>b</script><style>c</style>d", "ad"],
		["<img alt=':blob:' src=x>", ":blob:"],
		["<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"],
		["  <p> </p>  ", ""],
		["", ""],
	];
	for (const [source, expected] of cases) t.is(text.fromHtml(source), expected, source);
});

test("the plain text of markdown has no markup, and plain text stays as it is", (t) => {
	t.is(text.toPlain("# a\n\n**b** [c](https://x.example)\n\n- d", "text/markdown"), "a\n\nb c\n\n- d");
	t.is(text.toPlain("**b**\n <c>", "text/plain"), "**b**\n <c>");
});

test("a long text without white space is not searched for links", (t) => {
	const long = "https://a.b/(".repeat(7000);
	t.is(text.toHtml(long, "text/plain"), `<p>${long}</p>\n`);
	t.is(text.toHtml(long, "text/markdown"), `<p>${long}</p>\n`);
	t.regex(text.toHtml("https://x.example", "text/plain"), /<a /);
});

test("any input gives sanitised HTML, without an exception", (t) => {
	const pieces = fc.constantFrom(
		"<",
		">",
		"</",
		"/>",
		"<p>",
		"</p>",
		"<b",
		"<a href=",
		"<script>",
		"</script>",
		"<style>",
		"<img src=x onerror=x ",
		"<svg>",
		"<math>",
		"<textarea>",
		"</textarea>",
		"<noscript>",
		"<iframe>",
		"<xmp>",
		"<plaintext>",
		"<!--",
		"-->",
		"<![CDATA[",
		"]]>",
		"&lt;",
		"&#60;",
		"&",
		'"',
		"'",
		"`",
		"javascript:x()",
		"https://x.example/",
		" ",
		"\n",
		"a",
		"*",
		"_",
		"[",
		"](",
		")",
		"> ",
		"- ",
		"\0",
		"\u{1F600}",
		"\uD800",
	);
	const sources = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(""));
	const known = /^(a|b|br|p|span|blockquote|ul|li|em|strong|code|pre|hr|h[1-6]|ol)$/;
	const isClean = (out: string) => {
		const tags = [...out.matchAll(/<\/?([a-z0-9]+)([^<>]*)>/g)];
		const rest = out.replaceAll(/<\/?[a-z0-9]+[^<>]*>/g, "");
		return (
			tags.every(([, tag = "", attributes = ""]) => known.test(tag) && !/ (on|src|style)/.test(attributes)) &&
			!rest.includes("<")
		);
	};
	fc.assert(
		fc.property(sources, fc.constantFrom("text/plain", "text/markdown", "text/html"), (source, mime) => {
			const out = text.toHtml(source, mime);
			t.true(isClean(out), out);
			t.true(isClean(text.sanitize(out)), out);
			t.is(typeof text.toPlain(source, mime), "string");
		}),
		{ numRuns: 2000 },
	);
});
