import test from "ava";
import { escapeHtml } from "#core/escape-html.ts";

test("escaped text can't close its element or attribute, nor form an entity", (t) => {
	t.is(escapeHtml(`<a href="x">&lt; 'b'</a>`), "&lt;a href=&quot;x&quot;&gt;&amp;lt; 'b'&lt;/a&gt;");
});
