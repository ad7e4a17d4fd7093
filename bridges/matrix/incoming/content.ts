import type { Content, Text } from "#bridge-kit";
import { isRecord } from "./event.ts";

type EventContent = Readonly<Record<string, unknown>>;
type WithBody = EventContent & { readonly body: string };
type Read = (content: WithBody, text: Text, sender: string) => Content | undefined;

const readText: Read = (content, text) => {
	const { body, format, formatted_body: html } = content;
	if (format === "org.matrix.custom.html" && typeof html === "string") {
		const clean = text.sanitize(withoutReplyHtml(html)).trim();
		if (clean !== "") return { text: clean, mime: "text/html" };
	}
	return plain(isReply(content) ? withoutReplyText(body) : body);
};
const readEmote: Read = ({ body }, _text, sender) => plain(`* ${sender} ${body}`);
const readAttachment: Read = (content) => plain(attachmentText(content, content.body));

/** The reader of each `msgtype` (client-server API, "m.room.message msgtypes"). */
const readers = {
	"m.text": readText,
	"m.emote": readEmote,
	// Bots use notices, which other bots do not answer; bridged as messages they could start an endless exchange.
	"m.notice": "ignored",
	"m.image": readAttachment,
	"m.file": readAttachment,
	"m.audio": readAttachment,
	"m.video": readAttachment,
	"m.location": readAttachment,
} as const satisfies Readonly<Record<string, Read | "ignored">>;

const isKnown = (type: string): type is keyof typeof readers => Object.hasOwn(readers, type);

/** The content of a message event; `undefined`: it is not bridged. An unknown `msgtype` is read like a file, by its `body`. */
export function contentOf(content: EventContent, text: Text, sender: string): Content | undefined {
	const { msgtype, body } = content;
	if (typeof msgtype !== "string" || typeof body !== "string") return undefined;
	const read = isKnown(msgtype) ? readers[msgtype] : readAttachment;
	return read === "ignored" ? undefined : read(content as WithBody, text, sender);
}

const plain = (text: string): Content | undefined => (text.trim() === "" ? undefined : { text, mime: "text/plain" });

/** Media is not bridged yet; its name is, so that the conversation can be followed. */
function attachmentText(content: EventContent, body: string): string {
	const name = typeof content.filename === "string" ? content.filename : body;
	const caption = name === body ? "" : `\n${body}`;
	return `📎 ${name}${caption}`;
}

const isReply = (content: EventContent): boolean => {
	const relation = content["m.relates_to"];
	return isRecord(relation) && isRecord(relation["m.in_reply_to"]);
};

/** Older clients quote the message that they reply to in front of their own text; the quote is cut off. */
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
