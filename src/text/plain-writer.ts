import { shownImage } from "./image.ts";
import type { HtmlVisitor } from "./sanitizer.ts";

const PARAGRAPHS = new Set(["blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"]);
const LINES = new Set(["caption", "details", "div", "dd", "dt", "hr", "li", "summary", "tr"]);
const CELLS = new Set(["td", "th"]);

/** Collects the plain text of HTML: white space as a browser renders it, blocks separated by line breaks. */
export interface PlainWriter extends HtmlVisitor {
	result(): string;
}

/** Creates a writer without text. */
export function createPlainWriter(): PlainWriter {
	let out = "";
	/** The line breaks before the next text: those between blocks, of which the largest counts, and those of `<br>`, which add up. */
	let between = 0;
	let breaks = 0;
	let space = false;
	/** The mark of a list item whose text has not started. */
	let bullet = "";
	let preformatted = 0;

	function write(text: string): void {
		if (out !== "" && between + breaks > 0) out += "\n".repeat(Math.max(between, breaks));
		else if (space && out !== "") out += " ";
		between = 0;
		breaks = 0;
		space = false;
		out += bullet + text;
		bullet = "";
	}

	function boundary(tag: string): void {
		if (PARAGRAPHS.has(tag)) between = 2;
		else if (LINES.has(tag)) between = Math.max(between, 1);
		else if (CELLS.has(tag)) space = true;
	}

	return {
		open(tag, attributes) {
			boundary(tag);
			if (tag === "br") breaks++;
			else if (tag === "pre") preformatted++;
			else if (tag === "li") bullet = "- ";
			else if (tag === "img") {
				const { text } = shownImage(attributes);
				if (text !== "") write(text);
			}
		},
		close(tag) {
			boundary(tag);
			if (tag === "pre") preformatted--;
			else if (tag === "li") bullet = "";
		},
		text(text) {
			if (preformatted > 0) return write(text);
			const words = text.split(/[\t\n\f\r ]+/);
			if (words[0] === "") space = true;
			const shown = words.filter((word) => word !== "").join(" ");
			if (shown === "") return;
			write(shown);
			space = words.at(-1) === "";
		},
		result: () => out.trim(),
	};
}
