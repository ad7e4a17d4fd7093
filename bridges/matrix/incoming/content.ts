import type { Content, Text } from "#bridge-kit";
import { isRecord } from "./event.ts";

/** The texts of a message event; `undefined`: it says nothing that we take over. */
export function contentOf(content: Readonly<Record<string, unknown>>, text: Text, sender: string): Content | undefined {
	const { msgtype, body, format, formatted_body: html } = content;
	if (typeof msgtype !== "string" || typeof body !== "string" || msgtype === "m.notice") return undefined;
	if (msgtype === "m.emote") return plain(`* ${sender} ${body}`);
	if (msgtype !== "m.text") return plain(attachmentText(content, body));
	if (format === "org.matrix.custom.html" && typeof html === "string") {
		const clean = text.sanitize(withoutReplyHtml(html)).trim();
		if (clean !== "") return { text: clean, mime: "text/html" };
	}
	return plain(isReply(content) ? withoutReplyText(body) : body);
}

const plain = (text: string): Content | undefined => (text.trim() === "" ? undefined : { text, mime: "text/plain" });

/** Media does not cross yet: what it is called does, so that nobody wonders what was said. */
function attachmentText(content: Readonly<Record<string, unknown>>, body: string): string {
	const name = typeof content.filename === "string" ? content.filename : body;
	const caption = name === body ? "" : `\n${body}`;
	return `📎 ${name}${caption}`;
}

const isReply = (content: Readonly<Record<string, unknown>>): boolean => {
	const relation = content["m.relates_to"];
	return isRecord(relation) && isRecord(relation["m.in_reply_to"]);
};

/** Older clients quote what they answer in front; the quote is not theirs to say. */
function withoutReplyHtml(html: string): string {
	if (!html.startsWith("<mx-reply>")) return html;
	const end = html.indexOf("</mx-reply>");
	return end < 0 ? "" : html.slice(end + "</mx-reply>".length);
}

function withoutReplyText(body: string): string {
	if (!body.startsWith("> ")) return body;
	const lines = body.split("\n");
	const first = lines.findIndex((line) => !line.startsWith("> ") && line !== ">");
	return first < 0 ? "" : lines.slice(lines[first] === "" ? first + 1 : first).join("\n");
}
