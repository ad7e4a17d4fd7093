import type { Account, BridgeHost, Delivery } from "#bridge-kit";

type Said = Extract<Delivery, { kind: "message" | "edit" }>;
type UserOf = (account: Account) => string;
type Content = Record<string, unknown>;
interface Texts {
	readonly body: string;
	readonly format?: string;
	readonly formatted_body?: string;
}

/** An event may be 64 KiB; the text is in it twice, and in an edit four times. In bytes of JSON. */
const maxBytes = { message: 24_000, edit: 12_000 };
/** How much of a text that is too long is shown, in characters. */
const leadLength = 1_000;

/** The content of a message event: plain text, and HTML where there is more to it. */
export function messageContent(host: BridgeHost, delivery: Said, userOf: UserOf): Content {
	return { ...textContent(host, delivery, userOf), ...replyTo(delivery) };
}

/** An edit names the original, whatever it answered, and says all of it anew. */
export function editContent(host: BridgeHost, delivery: Said, userOf: UserOf, original: string): Content {
	const content = textContent(host, delivery, userOf);
	const { body, formatted_body: html } = content;
	return {
		...content,
		...(html === undefined ? {} : { formatted_body: `* ${html}` }),
		body: `* ${body}`,
		"m.new_content": content,
		"m.relates_to": { rel_type: "m.replace", event_id: original },
	};
}

/** The content of a reaction event. */
export const reactionContent = (target: string, key: string): Content => ({
	"m.relates_to": { rel_type: "m.annotation", event_id: target, key: withSelector(key) },
});

/** Emoji that are text unless told otherwise are told so: clients show ❤️, not ❤. */
const withSelector = (key: string): string =>
	/^\p{Emoji}$/u.test(key) && !/^\p{Emoji_Presentation}$/u.test(key) && !/^[\d#*]$/.test(key) ? `${key}\uFE0F` : key;

function textContent(host: BridgeHost, delivery: Said, userOf: UserOf): Content & Texts {
	const { message, author } = delivery.subject;
	const url = `${host.origin}/@${author.handle}/${message.id}`;
	const people = [...delivery.mentions, ...(delivery.parent === undefined ? [] : [delivery.parent.author])].map(userOf);
	return {
		msgtype: "m.text",
		...textOf(host, delivery, url),
		"m.mentions": people.length === 0 ? {} : { user_ids: [...new Set(people)].slice(0, 50) },
		"org.ofscp.kind": message.type,
		external_url: message.origin?.url ?? url,
	};
}

/** The relation of a reply to what it answers, when that is in the room. */
function replyTo({ parent }: Said): Content {
	const [event] = parent?.remote ?? [];
	return event === undefined ? {} : { "m.relates_to": { "m.in_reply_to": { event_id: event } } };
}

function textOf({ text }: BridgeHost, { kind, subject: { message } }: Said, url: string): Texts {
	const fits = (said: string): boolean => Buffer.byteLength(JSON.stringify(said)) <= maxBytes[kind];
	const { text: said, mime, title } = message.content;
	const warning = message.warning === undefined ? "" : `[${message.warning}] `;
	const heading = title === undefined ? "" : `${title}\n\n`;
	const body = `${heading}${warning}${text.toPlain(said, mime)}`;
	if (!fits(body))
		return {
			body: `${Array.from(body.slice(0, leadLength * 2))
				.slice(0, leadLength)
				.join("")}…\n\n${url}`,
		};
	if (mime === "text/plain" && title === undefined) return { body };
	const headline = title === undefined ? "" : `<h1>${escape(title)}</h1>`;
	const notice = warning === "" ? "" : `<p>${escape(warning)}</p>`;
	const html = `${headline}${notice}${text.toHtml(said, mime).trim()}`;
	return fits(html) ? { body, format: "org.matrix.custom.html", formatted_body: html } : { body };
}

const escape = (text: string): string =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
