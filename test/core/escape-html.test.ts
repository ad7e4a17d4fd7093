import test from "ava";
import { escapeHtml } from "#core/escape-html.ts";

test("a text can't end its element, its attribute or an entity", (t) => {
	t.is(escapeHtml(`<a href="x">&lt; 'b'</a>`), "&lt;a href=&quot;x&quot;&gt;&amp;lt; 'b'&lt;/a&gt;");
});
