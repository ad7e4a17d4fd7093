import { type Account, type BridgeHost, type Delivery, escapeHtml, hashtagsOf } from "#bridge-kit";

type TextDelivery = Extract<Delivery, { kind: "message" | "edit" }>;
/** What contents are built from; all of it pure. */
type ContentHost = Pick<BridgeHost, "about" | "text">;
type UserOf = (account: Account) => string;
type Content = Record<string, unknown>;
interface Texts {
	readonly body: string;
	readonly format?: string;
	readonly formatted_body?: string;
}

/** The cap on plain text and HTML together, in bytes of JSON. An event may have 64 KiB, and an edit contains its text twice. */
const maxBytes = { message: 48_000, edit: 24_000 };
/** How much of a text that is too long is sent, in characters. */
const leadLength = 1_000;

/** The content of a message event: plain text, and HTML if it is formatted. */
export function messageContent(host: ContentHost, delivery: TextDelivery, userOf: UserOf): Content {
	return { ...textContent(host, delivery, userOf), ...replyTo(delivery) };
}

/** The content of an edit: it names the original and repeats the whole text, without the reply relation. */
export function editContent(host: ContentHost, delivery: TextDelivery, userOf: UserOf, original: string): Content {
	const content = textContent(host, delivery, userOf);
	const { body, formatted_body: html } = content;
	return {
		...content,
		...(html === undefined ? {} : { formatted_body: `* ${html}` }),
		body: `* ${body}`,
		// An edit notifies no one again.
		"m.mentions": {},
		"m.new_content": content,
		"m.relates_to": { rel_type: "m.replace", event_id: original },
	};
}

/** The content of a reaction event. */
export const reactionContent = (target: string, key: string): Content => ({
	"m.relates_to": { rel_type: "m.annotation", event_id: target, key: withSelector(key) },
});

/** Adds variation selector 16 to emoji that are text by default, so that clients show ❤️ instead of ❤. */
const withSelector = (key: string): string =>
	/^\p{Emoji}$/u.test(key) && !/^\p{Emoji_Presentation}$/u.test(key) && !/^[\d#*]$/.test(key) ? `${key}\uFE0F` : key;

function textContent(host: ContentHost, delivery: TextDelivery, userOf: UserOf): Content & Texts {
	const { message, author } = delivery.subject;
	const url = `${host.about.origin}/@${author.handle}/${message.id}`;
	const people = [...delivery.mentions, ...(delivery.parent === undefined ? [] : [delivery.parent.author])].map(userOf);
	return {
		msgtype: "m.text",
		...textOf(host, delivery, url),
		"m.mentions": people.length === 0 ? {} : { user_ids: [...new Set(people)].slice(0, 50) },
		"org.ofscp.kind": message.type,
		external_url: message.origin?.url ?? url,
	};
}

/** The relation of a reply to its parent, if that is in the room. */
function replyTo({ parent }: TextDelivery): Content {
	const [event] = parent?.remote ?? [];
	return event === undefined ? {} : { "m.relates_to": { "m.in_reply_to": { event_id: event } } };
}

function textOf({ text }: ContentHost, { kind, subject: { message } }: TextDelivery, url: string): Texts {
	const fits = (...said: readonly string[]): boolean => Buffer.byteLength(JSON.stringify(said)) <= maxBytes[kind];
	const { text: said, mime, title, summary } = message.content;
	const warning = message.warning === undefined ? "" : `[${message.warning}] `;
	const heading = title === undefined ? "" : `${title}\n\n`;
	const plain = text.toPlain(said, mime);
	const tags = missingTags(message.tags, plain);
	const body = `${heading}${warning}${plain}${tags === "" ? "" : `\n\n${tags}`}`;
	const lead = `${heading}${warning}${beginning(summary ?? plain)}\n\n${url}`;
	const isPlain = mime === "text/plain" && title === undefined;
	if (isPlain) return { body: fits(body) ? body : lead };
	const headline = title === undefined ? "" : `<h1>${escapeHtml(title)}</h1>`;
	const notice = warning === "" ? "" : `<p>${escapeHtml(warning)}</p>`;
	const html = `${headline}${notice}${text.toHtml(said, mime).trim()}${tags === "" ? "" : `<p>${escapeHtml(tags)}</p>`}`;
	const formatted = { format: "org.matrix.custom.html", formatted_body: html };
	if (fits(body, html)) return { body, ...formatted };
	return fits(lead, html) ? { body: lead, ...formatted } : { body: fits(body) ? body : lead };
}

const beginning = (text: string): string => {
	const start = Array.from(text.slice(0, leadLength * 2))
		.slice(0, leadLength)
		.join("");
	return start.length < text.length ? `${start}…` : start;
};

/** The tags that are not in the text itself. */
function missingTags(tags: readonly string[], text: string): string {
	const said = text.toLowerCase();
	return hashtagsOf(tags)
		.map((tag) => `#${tag}`)
		.filter((tag) => !said.includes(tag.toLowerCase()))
		.join(" ");
}
