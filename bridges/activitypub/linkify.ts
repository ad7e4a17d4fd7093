import { escapeHtml } from "#bridge-kit";

/** A word of a text and the link that it becomes. */
export interface WordLink {
	/** `@jane@a.example`, `#intro` */
	readonly word: string;
	readonly href: string;
	/** The class attribute by which other servers recognise mentions and hashtags. */
	readonly kind: "u-url mention" | "mention hashtag";
}

const opaque: ReadonlySet<string> = new Set(["a", "code", "pre"]);

/** Turns words of our own sanitised HTML into links, except inside links and code. */
export function linkify(html: string, links: readonly WordLink[]): string {
	if (links.length === 0) return html;
	const byWord = new Map(links.map((link) => [link.word.toLowerCase(), link]));
	// Longest first: "@jane@a.example" before "@jane". Literals only, so the time is linear.
	const words = [...byWord.keys()].sort((a, b) => b.length - a.length).map(literal);
	const pattern = new RegExp(`(?<![\\p{L}\\p{N}_/&@#])(?:${words.join("|")})(?![\\p{L}\\p{N}_@])`, "giu");
	const replace = (text: string): string =>
		text.replace(pattern, (word) => anchor(byWord.get(word.toLowerCase()), word));

	let result = "";
	let depth = 0;
	for (let at = 0; at < html.length; ) {
		const open = html.indexOf("<", at);
		const text = html.slice(at, open === -1 ? undefined : open);
		result += depth === 0 ? replace(text) : text;
		if (open === -1) break;
		const close = html.indexOf(">", open);
		const end = close === -1 ? html.length : close + 1;
		const tag = html.slice(open, end);
		const name = /^<\/?([a-z]+)/i.exec(tag)?.[1]?.toLowerCase();
		if (name !== undefined && opaque.has(name)) depth = Math.max(0, depth + (tag.startsWith("</") ? -1 : 1));
		result += tag;
		at = end;
	}
	return result;
}

/** A pattern that matches exactly these characters. */
const literal = (word: string): string =>
	word.replaceAll(/[^\p{L}\p{N}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);

function anchor(link: WordLink | undefined, word: string): string {
	if (link === undefined) return word;
	const rel = link.kind === "mention hashtag" ? ' rel="tag"' : "";
	return `<a href="${escapeHtml(link.href)}" class="${link.kind}"${rel}>${word}</a>`;
}
