import { type Content, escapeHtml, hashtagOf, type MessageRef, type Text } from "#bridge-kit";
import type { Ids } from "../ids.ts";
import { booleanOf, isJson, type Json, knownTypeOf, listOf, textOf, textOrMap, typeOf, urlOf } from "../reading.ts";
import { type ObjectType, objectTypes } from "../vocabulary.ts";
import { attachmentsOf, imageOf } from "./attachments.ts";
import { beginningOf, isBlank, link, markupOf, paragraph } from "./markup.ts";
import { nameIn, summaryIn } from "./plain.ts";

/** Caps on what one object may carry (design §9 rule 5, CVE-2026-23962). */
const max = { tags: 30, options: 50, title: 300, summary: 2000, warning: 500, tagLength: 100 };

/** The warning of an object that is marked as sensitive and says nothing else. */
const sensitive = "Sensitive content";

/** An object's content as a memo or an article. */
export interface ObjectContent {
	readonly type: "memo" | "article";
	/** Without any text if nothing in the object can be shown. */
	readonly content: Content;
	/** The same as each type of message: an edit can come as an object of another type than the message was. */
	readonly contentAs: { readonly memo: Content; readonly article: Content };
	readonly tags: readonly string[];
	readonly warning?: string;
}

interface Shown {
	/** Whether an object of this type becomes an article. */
	readonly article: "always" | "with a title" | "never";
	/** Whether its `summary` is a content warning, and not a teaser. */
	readonly warns: boolean;
}

/** How an object of each type is shown here. */
const shown: Readonly<Record<ObjectType, Shown>> = {
	Note: { article: "never", warns: true },
	Question: { article: "never", warns: true },
	Article: { article: "always", warns: false },
	Page: { article: "with a title", warns: false },
	Event: { article: "never", warns: false },
	Video: { article: "never", warns: false },
	Audio: { article: "never", warns: false },
	Image: { article: "never", warns: false },
	Document: { article: "never", warns: false },
};

/** Reads a Note, an Article, or an object that is shown as one of them (mapping.md). The HTML is sanitised here, once. */
export function readContent(text: Text, object: Json): ObjectContent {
	const { article, warns } = shown[knownTypeOf(object, objectTypes) ?? "Note"];
	const title = nameIn(textOrMap(object, "name"), max.title);
	const summary = summaryIn(text, textOrMap(object, "summary"), warns ? max.warning : max.summary);
	const markup = markupOf(text, object);
	const html = text.sanitize(`${markup}${optionsOf(object)}${attachmentsOf(object, markup)}`);
	const isEmpty = isBlank(html);
	const stand = isEmpty ? standIn(text, object, summary, markup) : html;
	const type = article === "always" || (article === "with a title" && title !== undefined) ? "article" : "memo";
	const contentAs = {
		memo: memoOf(stand, title),
		article: articleOf(stand, title, warns || isEmpty ? undefined : summary),
	};
	const isSensitive = booleanOf(object["sensitive"]) === true;
	const warning = warns && !isEmpty ? summary : undefined;
	return {
		type,
		content: contentAs[type],
		contentAs,
		tags: tagsOf(object),
		...(warning === undefined && !isSensitive
			? {}
			: { warning: warning ?? (warns ? undefined : summary) ?? sensitive }),
	};
}

/** A memo shows its title above its text, unless the text begins with it. */
function memoOf(html: string, title: string | undefined): Content {
	const heading = title === undefined ? "" : escapeHtml(title);
	const isRepeated = heading !== "" && beginningOf(html, heading.length) === heading;
	const above = heading === "" || isRepeated ? "" : `<p><strong>${heading}</strong></p>`;
	return { text: `${above}${html}`, mime: "text/html" };
}

/** An article needs some text; the title is better than none. */
const articleOf = (html: string, title: string | undefined, summary: string | undefined): Content => ({
	text: isBlank(html) && title !== undefined ? paragraph(title) : html,
	mime: "text/html",
	...(title === undefined ? {} : { title }),
	...(summary === undefined ? {} : { summary }),
});

/**
 * What an object without a text shows instead: its summary, its picture, what its markup embeds or links to, the post that it quotes, or, if it
 * has no title either, the address of its page or the names of its tags.
 */
function standIn(text: Text, object: Json, summary: string | undefined, markup: string): string {
	if (summary !== undefined) return paragraph(summary);
	const image = imageOf(object);
	if (image !== undefined) return text.sanitize(image);
	const [embedded] = text.addressesIn(markup);
	const address = embedded ?? quotedIn(object);
	if (address !== undefined) return text.sanitize(link(address));
	if (nameIn(textOrMap(object, "name"), max.title) !== undefined) return "";
	const page = pageOf(object);
	if (page !== undefined) return text.sanitize(link(page));
	const names = listOf(object["tag"])
		.map((tag) => (isJson(tag) ? nameIn(textOrMap(tag, "name"), max.tagLength) : undefined))
		.filter((name) => name !== undefined);
	return names.length === 0 ? "" : paragraph(names.slice(0, max.tags).join(" "));
}

/** The post that an object quotes, under the names that servers have for it. */
function quotedIn(object: Json): string | undefined {
	for (const name of ["quote", "quoteUrl", "quoteUri", "_misskey_quote"]) {
		const quoted = urlOf(object[name]);
		if (quoted !== undefined) return quoted;
	}
	return undefined;
}

function tagsOf(object: Json): readonly string[] {
	const names = listOf(object["tag"])
		.filter((tag) => typeOf(tag) === "Hashtag")
		.map((tag) => hashtagOf(textOf((tag as Json)["name"]) ?? "").toLowerCase())
		.filter((name) => name !== "" && name.length <= max.tagLength && !/\s/.test(name));
	return [...new Set(names)].slice(0, max.tags);
}

/** A reference to a message by its object id, which may be one of ours. */
export const refOf = (ids: Ids, id: string): MessageRef => {
	const local = ids.parseObject(id);
	return local === undefined ? { remote: id } : { local };
};

/** The page of an object: its URL, or the HTML one of several links. */
export function pageOf(object: Json): string | undefined {
	const links = listOf(object["url"]);
	const html = links.find((one) => isJson(one) && textOf(one["mediaType"]) === "text/html");
	return urlOf(html ?? links[0]);
}

/** A poll's options as a list, since polls can't be voted on here yet. */
function optionsOf(object: Json): string {
	const options = [...listOf(object["oneOf"]), ...listOf(object["anyOf"])].slice(0, max.options);
	const names = options
		.map((option) => (isJson(option) ? nameIn(textOrMap(option, "name"), max.title) : undefined))
		.filter((name) => name !== undefined);
	return names.length === 0 ? "" : `<ul>${names.map((name) => `<li>${escapeHtml(name)}</li>`).join("")}</ul>`;
}
