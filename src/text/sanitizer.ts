import { createRequire } from "node:module";
import type SanitizeHtml from "sanitize-html";
import type { Attributes, IOptions, Tag } from "sanitize-html";

const require = createRequire(import.meta.url);

/** Elements inside elements that are followed; a browser, Mastodon and Matrix stop at about the same depth. */
const MAX_DEPTH = 100;

const PHRASING = ["a", "b", "br", "code", "del", "em", "i", "s", "small", "span", "strong", "sub", "sup", "u"];
const BLOCKS = ["blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "ul"];
const TABLES = ["caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"];
const DETAILS = ["details", "rp", "rt", "ruby", "summary"];
const LINK_SCHEMES = ["http:", "https:", "mailto:"];
/** What Mastodon and others mark mentions, hashtags and shortened links with. */
const CLASSES = ["mention", "hashtag", "u-url", "h-card", "ellipsis", "invisible"];

/** Nothing that runs, loads or covers the page passes; a link names its target in full and gives no credit to it. */
const POLICY: IOptions = {
	allowedTags: [...PHRASING, ...BLOCKS, ...TABLES, ...DETAILS],
	allowedAttributes: { a: ["href", "rel"], ol: ["start"], th: ["colspan", "rowspan"], td: ["colspan", "rowspan"] },
	allowedClasses: { a: CLASSES, span: CLASSES, code: ["language-*"] },
	allowedSchemes: LINK_SCHEMES.map((scheme) => scheme.slice(0, -1)),
	allowProtocolRelative: false,
	transformTags: {
		a: toLink,
		strike: "del",
		img: (_tagName, { alt = "" }) => ({ tagName: "span", attribs: {}, text: alt }),
	},
};

/** What a walk over foreign HTML meets, in order. Text comes without entities; that of scripts and styles does not come. */
export interface HtmlVisitor {
	open(tag: string, attributes: Attributes): void;
	close(tag: string): void;
	text(text: string): void;
}

export interface Sanitizer {
	/** @throws {TooDeep} */
	clean(html: string): string;
	/** @throws {TooDeep} */
	walk(html: string, visitor: HtmlVisitor): void;
}

/** The markup is nested deeper than anything that was written for people. */
export class TooDeep extends Error {}

/** Loads sanitize-html (about 20 ms). */
export function createSanitizer(): Sanitizer {
	const sanitize = require("sanitize-html") as typeof SanitizeHtml;
	return {
		clean: (html) => sanitize(html, { ...POLICY, ...withinDepth() }),
		walk(html, visitor) {
			const textFilter = (text: string) => {
				visitor.text(unescape(text));
				return "";
			};
			sanitize(html, { allowedTags: [], allowedAttributes: {}, textFilter, ...withinDepth(visitor) });
		},
	};
}

function withinDepth(visitor?: HtmlVisitor): Pick<IOptions, "onOpenTag" | "onCloseTag"> {
	let depth = 0;
	return {
		onOpenTag(tag, attributes) {
			if (++depth > MAX_DEPTH) throw new TooDeep("The markup is too deep");
			visitor?.open(tag, attributes);
		},
		onCloseTag(tag) {
			depth--;
			visitor?.close(tag);
		},
	};
}

/** A link to a place on the reader's own site would not be where its author meant: what has no full target is no link. */
function toLink(_tagName: string, { href, rel, class: classes }: Attributes): Tag {
	const marked: Attributes = classes === undefined ? {} : { class: classes };
	const target = href === undefined ? null : URL.parse(href);
	if (href === undefined || target === null || !LINK_SCHEMES.includes(target.protocol)) {
		return { tagName: "span", attribs: marked };
	}
	const isTag = rel?.split(" ").includes("tag") === true;
	return { tagName: "a", attribs: { href, ...marked, rel: isTag ? "noopener nofollow tag" : "noopener nofollow" } };
}

/** Undoes the escaping that sanitize-html gives its text filter. */
function unescape(text: string): string {
	if (!text.includes("&")) return text;
	return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}
