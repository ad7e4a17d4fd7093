import { type Content, escapeHtml, type Text } from "#bridge-kit";
import { firstOf, isJson, type Json, textOf, textOrMap } from "../reading.ts";

/**
 * An object's content as HTML, which is not sanitised yet: `content` or `contentMap`, as `mediaType` says (AS2: HTML by default), or
 * the `source` when there is no other.
 */
export function markupOf(text: Text, object: Json): string {
	const content = textOrMap(object, "content") ?? "";
	const source = firstOf(object["source"]);
	if (!isBlank(content) || source === undefined) return render(text, content, mimeOf(object));
	if (!isJson(source)) return render(text, textOf(source) ?? "", "text/plain");
	// A source without a media type is text as its author typed it.
	const type = textOf(source["mediaType"]) === undefined ? "text/plain" : mimeOf(source);
	return render(text, textOrMap(source, "content") ?? "", type);
}

const render = (text: Text, written: string, mime: Content["mime"]): string =>
	mime === "text/html" ? written : text.toHtml(written, mime).trim();

/** What the content is written in. The type of a picture or film is that of the file, not of the text beside it. */
function mimeOf(object: Json): Content["mime"] {
	const [type = ""] = (textOf(object["mediaType"]) ?? "").split(";");
	const name = type.trim().toLowerCase();
	if (!name.startsWith("text/") || name === "text/html") return "text/html";
	return name.includes("markdown") ? "text/markdown" : "text/plain";
}

/** The beginning of the text of sanitised HTML, as it is escaped there; empty if no text is to be seen. */
export function beginningOf(html: string, length: number): string {
	let shown = "";
	for (let at = 0; at < html.length && shown.length < length; ) {
		const open = html.indexOf("<", at);
		shown = `${shown}${html.slice(at, open === -1 ? undefined : open)}`.replace(/^\s+/, "");
		if (open === -1) break;
		const close = html.indexOf(">", open);
		if (close === -1) break;
		at = close + 1;
	}
	return shown.slice(0, length);
}

/** Whether HTML shows no text. */
export const isBlank = (html: string): boolean => beginningOf(html, 1) === "";

/** A line of plain text as a paragraph. */
export const paragraph = (line: string): string => `<p>${escapeHtml(line).replaceAll("\n", "<br />")}</p>`;
export const link = (href: string, label = href): string =>
	`<p><a href="${escapeHtml(href)}">${escapeHtml(label)}</a></p>`;
