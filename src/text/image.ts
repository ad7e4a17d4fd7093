import type { Attributes, Tag } from "sanitize-html";

/** How a picture is shown, since a picture of another server would make every reader send a request there. */
export interface ShownImage {
	readonly text: string;
	/** The picture's address, if it is a link. */
	readonly href?: string;
}

/** An image as the text that stands for it: its description, or its address if it has none. An emoji is its name, and a tracking pixel nothing. */
export function shownImage(attributes: Attributes): ShownImage {
	const { src = "", alt = "", title = "", width, height } = attributes;
	const description = alt.trim() === "" ? title.trim() : alt.trim();
	const href = URL.parse(src.trim())?.href ?? "";
	if (isEmoji(attributes, description) || !/^https?:/.test(href)) return { text: description };
	if (description === "" && [width, height].some((size) => size === "0" || size === "1")) return { text: "" };
	return { text: description === "" ? href : description, href };
}

/** The classes and attributes with which servers mark emoji. */
const emojiClass = /\b(?:emoji|emojione|custom-emoji|wp-smiley|joypixels)\b/;

const isEmoji = ({ class: classes = "", ...attributes }: Attributes, description: string): boolean =>
	emojiClass.test(classes) || "data-mx-emoticon" in attributes || /^:[\w@.+-]+:$/.test(description);

/** An image as a link; inside of a link, or without an absolute URL, as text. */
export function imageTag(attributes: Attributes, isInLink: boolean): Tag {
	const { text, href } = shownImage(attributes);
	if (href === undefined || isInLink) return { tagName: "span", attribs: {}, text };
	return { tagName: "a", attribs: { href, rel: "noopener nofollow" }, text };
}
