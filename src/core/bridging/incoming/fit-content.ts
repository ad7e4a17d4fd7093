import type { CoreContext } from "../../events/context.ts";
import type { Channel } from "../../model/channel.ts";
import type { Content, MessageType } from "../../model/message.ts";

const ellipsis = "…";

/**
 * Remote content as it is kept here. What is longer than a message may be here is not the sender's mistake: its beginning is kept, as
 * plain text.
 */
export function fitContent(
	{ policy, text }: Pick<CoreContext, "policy" | "text">,
	type: MessageType,
	content: Content,
): Content {
	const limit = type === "article" ? policy.articleBytes : policy.textBytes;
	if (Buffer.byteLength(content.text) <= limit) return content;
	const plain = Buffer.from(text.toPlain(content.text, content.mime));
	const room = limit - Buffer.byteLength(ellipsis);
	if (plain.length <= room) return { ...content, text: plain.toString("utf8"), mime: "text/plain" };
	// A character that is cut in the middle is left out.
	const beginning = new TextDecoder().decode(plain.subarray(0, room), { stream: true });
	return { ...content, text: `${beginning}${ellipsis}`, mime: "text/plain" };
}

/** The type as which a remote message is posted: other networks don't tell memos from messages. */
export function fitType({ allowedTypes }: Pick<Channel, "allowedTypes">, type: MessageType): MessageType {
	if (type === "article" || allowedTypes.includes(type)) return type;
	return (["message", "memo"] as const).find((other) => allowedTypes.includes(other)) ?? type;
}
