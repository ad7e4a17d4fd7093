import { createRequire } from "node:module";
import type MarkdownIt from "markdown-it";
import type { Options, PresetName } from "markdown-it";

const require = createRequire(import.meta.url);

/** Renders to HTML that still has to be sanitised. */
export interface Markdown {
	readonly fromMarkdown: (text: string) => string;
	/** Renders paragraphs, breaks and links; every other character stands for itself. */
	readonly fromPlain: (text: string) => string;
}

/** linkify-it takes quadratic time for text without white space: 4 s for 100 kB of brackets. No URL is that long. */
const MAX_RUN_CHARS = 2048;

/** Loads markdown-it (about 20 ms). */
export function createMarkdown(): Markdown {
	const Parser = require("markdown-it") as { new (preset: PresetName, options: Options): MarkdownIt };
	const options = { html: false, breaks: true, linkify: true };
	const markdown = linkExplicitly(new Parser("default", options));
	const plain = linkExplicitly(new Parser("zero", options).enable(["linkify", "newline"]));
	const render = (parser: MarkdownIt, text: string) => parser.set({ linkify: !hasLongRun(text) }).render(text);
	return {
		fromMarkdown: (text) => render(markdown, text),
		fromPlain: (text) => render(plain, text),
	};
}

/** True if the text has more than {@link MAX_RUN_CHARS} characters without white space in between. */
function hasLongRun(text: string): boolean {
	let start = 0;
	for (let index = 0; index < text.length; index++) {
		if (text.charCodeAt(index) <= 0x20) start = index + 1;
		else if (index - start >= MAX_RUN_CHARS) return true;
	}
	return false;
}

/** Only URLs with a scheme become links, not `readme.md` or `and.so`. */
function linkExplicitly(parser: MarkdownIt): MarkdownIt {
	parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
	return parser;
}
