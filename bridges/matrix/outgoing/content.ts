import type { Account, Addressed, BridgeHost, Delivery } from "#bridge-kit";

type Said = Extract<Delivery, { kind: "message" | "edit" }>;

/** An event may be 64 KiB; the text is in it twice, and an edit twice again. */
const maxBytes = { message: 24_000, edit: 12_000 };

/** The content of a message event: plain text, and HTML where there is more to it. */
export function messageContent(
	host: BridgeHost,
	delivery: Said,
	userOf: (account: Account) => string,
): Record<string, unknown> {
	const { message, author } = delivery.subject;
	const url = `${host.origin}/@${author.handle}/${message.id}`;
	const text = textOf(host, delivery, url);
	const people = [...delivery.mentions, ...(delivery.parent === undefined ? [] : [delivery.parent.author])].map(userOf);
	return {
		msgtype: "m.text",
		...text,
		"m.mentions": people.length === 0 ? {} : { user_ids: [...new Set(people)] },
		"org.ofscp.kind": message.type,
		external_url: message.origin?.url ?? url,
	};
}

/** The relation of a reply to what it answers, when that is in the room. */
export const replyTo = (parent: Addressed | undefined): Record<string, unknown> =>
	parent?.remote[0] === undefined ? {} : { "m.relates_to": { "m.in_reply_to": { event_id: parent.remote[0] } } };

function textOf({ text }: BridgeHost, { kind, subject: { message } }: Said, url: string): Record<string, string> {
	const { text: said, mime, title } = message.content;
	const warning = message.warning === undefined ? "" : `[${message.warning}] `;
	const heading = title === undefined ? "" : `${title}\n\n`;
	const body = `${heading}${warning}${text.toPlain(said, mime)}`;
	if (Buffer.byteLength(body) > maxBytes[kind]) {
		const lead = `${[...body].slice(0, 1000).join("")}…`;
		return { body: `${lead}\n\n${url}` };
	}
	if (mime === "text/plain" && title === undefined) return { body };
	const html = `${title === undefined ? "" : `<h1>${escape(title)}</h1>`}${warning === "" ? "" : `<p>${escape(warning)}</p>`}${text.toHtml(said, mime)}`;
	return Buffer.byteLength(html) > maxBytes[kind]
		? { body }
		: { body, format: "org.matrix.custom.html", formatted_body: html };
}

const escape = (text: string): string =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
