import type { Content, Text } from "#bridge-kit";
import { isRecord } from "./event.ts";
import { hasReplyTag, withoutReplyFallback } from "./reply-fallback.ts";

type EventContent = Readonly<Record<string, unknown>>;
type WithBody = EventContent & { readonly body: string };
type Read = (content: WithBody, text: Text, sender: string) => Content | undefined;

/** An HTML text. Beyond the limits of the sanitiser it is shown as it is written, what the sender quotes included: then it is not used. */
const readHtml = ({ format, formatted_body: html }: EventContent, text: Text): string => {
	if (format !== "org.matrix.custom.html" || typeof html !== "string") return "";
	const clean = text.sanitize(html).trim();
	return hasReplyTag(clean) ? "" : clean;
};
const readText: Read = (content, text) => {
	const html = readHtml(content, text);
	return html === "" ? plain(content.body) : { text: html, mime: "text/html" };
};
const readEmote: Read = ({ body }, _text, sender) => (body.trim() === "" ? undefined : plain(`* ${sender} ${body}`));
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

/**
 * The content of a message event; `undefined`: it is not bridged. An unknown `msgtype` is read like a file, by its `body`.
 *
 * @param mayQuote whether older clients may have put a quote in front: in a reply, and in the edit of one
 */
export function contentOf(
	content: EventContent,
	text: Text,
	sender: string,
	mayQuote = isReply(content),
): Content | undefined {
	const { msgtype, body } = content;
	if (typeof msgtype !== "string" || typeof body !== "string") return undefined;
	const read = isKnown(msgtype) ? readers[msgtype] : readAttachment;
	if (read === "ignored") return undefined;
	return read({ ...content, body: mayQuote ? withoutReplyFallback(body) : body }, text, sender);
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
