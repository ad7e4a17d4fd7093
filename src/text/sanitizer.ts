import { createRequire } from "node:module";
import type SanitizeHtml from "sanitize-html";
import type { Attributes, IOptions, Tag } from "sanitize-html";
import { imageTag } from "./image.ts";

const require = createRequire(import.meta.url);

/** The deepest nesting of elements; browsers, Mastodon and Matrix have similar limits. */
const MAX_DEPTH = 100;

const PHRASING = ["a", "b", "br", "code", "del", "em", "i", "s", "small", "span", "strong", "sub", "sup", "u"];
const BLOCKS = ["blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "ul"];
const TABLES = ["caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"];
const DETAILS = ["details", "rp", "rt", "ruby", "summary"];
const LINK_SCHEMES = ["http:", "https:", "mailto:"];
/** The classes with which Mastodon and others mark mentions, hashtags and shortened links. */
const CLASSES = ["mention", "hashtag", "u-url", "h-card", "ellipsis", "invisible"];

/** Elements that are left out with everything in them. In Matrix, `mx-reply` holds the words of the person who is answered. */
const WITHOUT_TEXT = ["script", "style", "textarea", "option", "mx-reply"];

/** Allows nothing that runs scripts, loads resources or covers the page. Links are absolute and `nofollow`. */
const POLICY: IOptions = {
	allowedTags: [...PHRASING, ...BLOCKS, ...TABLES, ...DETAILS],
	allowedAttributes: { a: ["href", "rel"], ol: ["start"], th: ["colspan", "rowspan"], td: ["colspan", "rowspan"] },
	allowedClasses: { a: CLASSES, span: CLASSES, code: ["language-*"] },
	allowedSchemes: LINK_SCHEMES.map((scheme) => scheme.slice(0, -1)),
	allowProtocolRelative: false,
	nonTextTags: WITHOUT_TEXT,
};

/** Visits the elements and texts of HTML in order. Entities are decoded; the text of scripts and styles is left out. */
export interface HtmlVisitor {
	open(tag: string, attributes: Attributes): void;
	close(tag: string): void;
	text(text: string): void;
}

/** Sanitises and walks untrusted HTML. */
export interface Sanitizer {
	/** The HTML with only the allowed elements and attributes. @throws {TooDeep} */
	clean(html: string): string;
	/** Calls the visitor for all elements and texts. @throws {TooDeep} */
	walk(html: string, visitor: HtmlVisitor): void;
}

/** The elements are nested more deeply than in any text for people. */
export class TooDeep extends Error {}

/** Loads sanitize-html (about 20 ms). */
export function createSanitizer(): Sanitizer {
	const sanitize = require("sanitize-html") as typeof SanitizeHtml;
	return {
		clean(html) {
			const open = new Map<string, number>();
			const isInLink = () => (open.get("a") ?? 0) > 0;
			const transformTags: IOptions["transformTags"] = {
				a: toLink,
				strike: "del",
				img: (_tagName, attributes) => imageTag(attributes, isInLink()),
			};
			return sanitize(html, { ...POLICY, transformTags, ...withinDepth(counting(open)) });
		},
		walk(html, visitor) {
			const textFilter = (text: string) => {
				visitor.text(unescape(text));
				return "";
			};
			sanitize(html, {
				allowedTags: [],
				allowedAttributes: {},
				nonTextTags: WITHOUT_TEXT,
				textFilter,
				...withinDepth(visitor),
			});
		},
	};
}

type ElementVisitor = Pick<HtmlVisitor, "open" | "close">;

/** Counts the open elements by name. */
const counting = (open: Map<string, number>): ElementVisitor => ({
	open: (tag) => open.set(tag, (open.get(tag) ?? 0) + 1),
	close: (tag) => open.set(tag, (open.get(tag) ?? 0) - 1),
});

function withinDepth(visitor: ElementVisitor): Pick<IOptions, "onOpenTag" | "onCloseTag"> {
	let depth = 0;
	return {
		onOpenTag(tag, attributes) {
			if (++depth > MAX_DEPTH) throw new TooDeep("The markup is too deep");
			visitor.open(tag, attributes);
		},
		onCloseTag(tag) {
			depth--;
			visitor.close(tag);
		},
	};
}

/** Makes a link only of an absolute URL, since a relative one would refer to the reader's site instead of the author's. */
function toLink(_tagName: string, { href, rel, class: classes }: Attributes): Tag {
	const marked: Attributes = classes === undefined ? {} : { class: classes };
	const target = href === undefined ? null : URL.parse(href);
	if (href === undefined || target === null || !LINK_SCHEMES.includes(target.protocol)) {
		return { tagName: "span", attribs: marked };
	}
	const isTag = rel?.split(" ").includes("tag") === true;
	return { tagName: "a", attribs: { href, ...marked, rel: isTag ? "noopener nofollow tag" : "noopener nofollow" } };
}

/** Reverts the escaping of the text that sanitize-html passes to its text filter. */
function unescape(text: string): string {
	if (!text.includes("&")) return text;
	return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}
