import { createRequire } from "node:module";
import type MarkdownIt from "markdown-it";
import type { Options, PresetName } from "markdown-it";

const require = createRequire(import.meta.url);

/** Renders to HTML that has not been through the sanitiser yet. */
export interface Markdown {
	readonly fromMarkdown: (text: string) => string;
	/** Paragraphs, breaks and links, nothing else: every other character is meant as it is. */
	readonly fromPlain: (text: string) => string;
}

/** linkify-it takes time by the square of a text without white space: 4 s for 100 kB of brackets. No URL is that long. */
const MAX_RUN_CHARS = 2048;

/** Loads markdown-it (about 20 ms). */
export function createMarkdown(): Markdown {
	const Parser = require("markdown-it") as { new (preset: PresetName, options: Options): MarkdownIt };
	const options = { html: false, breaks: true, linkify: true };
	// An image is a request to someone else's server by everyone who reads: it becomes a link.
	const markdown = linkExplicitly(new Parser("default", options).disable("image"));
	const plain = linkExplicitly(new Parser("zero", options).enable(["linkify", "newline"]));
	const render = (parser: MarkdownIt, text: string) => parser.set({ linkify: !hasLongRun(text) }).render(text);
	return {
		fromMarkdown: (text) => render(markdown, text),
		fromPlain: (text) => render(plain, text),
	};
}

/** Whether more than {@link MAX_RUN_CHARS} stand together without white space. */
function hasLongRun(text: string): boolean {
	let start = 0;
	for (let index = 0; index < text.length; index++) {
		if (text.charCodeAt(index) <= 0x20) start = index + 1;
		else if (index - start >= MAX_RUN_CHARS) return true;
	}
	return false;
}

/** Only what says `https://` is a link: `readme.md` and `and.so` are not. */
function linkExplicitly(parser: MarkdownIt): MarkdownIt {
	parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
	return parser;
}
