import type { Text } from "#core/ports/text.ts";
import { escapeAsParagraph } from "./escape.ts";
import { createMarkdown } from "./markdown.ts";
import { createPlainWriter } from "./plain-writer.ts";
import { createSanitizer, TooDeep } from "./sanitizer.ts";

/** Longer markup, in characters, is rendered as plain text. */
const MAX_MARKUP_CHARS = 100_000;

/** The elements that point to something, and the attributes that say where. */
const pointing: ReadonlyMap<string, string> = new Map([
	["a", "href"],
	["audio", "src"],
	["embed", "src"],
	["iframe", "src"],
	["img", "src"],
	["object", "data"],
	["source", "src"],
	["video", "src"],
]);

/** The {@link Text} port on markdown-it and sanitize-html, each of which is loaded on first use. */
export function createText(): Text {
	const markdown = once(createMarkdown);
	const sanitizer = once(createSanitizer);

	function sanitize(html: string): string {
		return orElse(html, () => sanitizer().clean(html), escapeAsParagraph);
	}

	function fromHtml(html: string): string {
		const walk = () => {
			const writer = createPlainWriter();
			sanitizer().walk(html, writer);
			return writer.result();
		};
		return orElse(html, walk, (text) => text);
	}

	function addressesIn(html: string): readonly string[] {
		const found = new Set<string>();
		const open = (tag: string, attributes: Readonly<Record<string, string>>): void => {
			const url = URL.parse((attributes[pointing.get(tag) ?? ""] ?? "").trim());
			if (url?.protocol === "https:" || url?.protocol === "http:") found.add(url.href);
		};
		const walk = () => sanitizer().walk(html, { open, close() {}, text() {} });
		return orElse(
			html,
			() => (walk(), [...found]),
			() => [],
		);
	}

	return {
		sanitize,
		fromHtml,
		addressesIn,
		toHtml(text, mime) {
			if (mime === "text/html") return sanitize(text);
			const render = mime === "text/markdown" ? markdown().fromMarkdown : markdown().fromPlain;
			return orElse(text, () => sanitizer().clean(render(text)), escapeAsParagraph);
		},
		toPlain(text, mime) {
			if (mime === "text/html") return fromHtml(text);
			return mime === "text/markdown"
				? orElse(
						text,
						() => fromHtml(markdown().fromMarkdown(text)),
						(same) => same,
					)
				: text;
		},
	};
}

function orElse<T>(text: string, convert: () => T, fallback: (text: string) => T): T {
	if (text.length > MAX_MARKUP_CHARS) return fallback(text);
	try {
		return convert();
	} catch (error) {
		if (error instanceof TooDeep) return fallback(text);
		throw error;
	}
}

function once<T>(create: () => T): () => T {
	let made: T | undefined;
	return () => (made ??= create());
}
