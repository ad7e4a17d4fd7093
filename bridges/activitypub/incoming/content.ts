import { type Content, escapeHtml, type MessageRef, type Text } from "#bridge-kit";
import type { Ids } from "../ids.ts";
import {
	booleanOf,
	firstOf,
	idOf,
	isJson,
	type Json,
	knownTypeOf,
	listOf,
	originOf,
	textOf,
	textOrMap,
	typeOf,
	urlOf,
} from "../reading.ts";
import { type ObjectType, objectTypes } from "../vocabulary.ts";

/** Caps on what one object may carry (design §9 rule 5, CVE-2026-23962). */
const max = {
	tags: 30,
	attachments: 16,
	options: 50,
	title: 300,
	summary: 2000,
	warning: 500,
	tagLength: 100,
};

/** An object's content as a memo or an article. */
export interface ObjectContent {
	readonly type: "memo" | "article";
	readonly content: Content;
	readonly tags: readonly string[];
	readonly warning?: string;
}

interface Shown {
	/** Whether an object of this type becomes an article. */
	readonly article: "always" | "with a title" | "never";
	/** Whether its `summary` is usually a content warning, which is capped shorter than a teaser. */
	readonly warns: boolean;
	/** Whether a memo's title is shown above its text. */
	readonly heading: boolean;
}

/** How an object of each type is shown here. */
const shown: Readonly<Record<ObjectType, Shown>> = {
	Note: { article: "never", warns: true, heading: false },
	Question: { article: "never", warns: true, heading: false },
	Article: { article: "always", warns: false, heading: false },
	Page: { article: "with a title", warns: false, heading: false },
	Event: { article: "never", warns: false, heading: true },
	Video: { article: "never", warns: false, heading: true },
	Audio: { article: "never", warns: false, heading: true },
	Image: { article: "never", warns: false, heading: true },
	Document: { article: "never", warns: false, heading: true },
};

/** Reads a Note, an Article, or an object that is shown as one of them (mapping.md). The HTML is sanitised here, once. */
export function readContent(text: Text, object: Json): ObjectContent {
	const { article, warns, heading: hasHeading } = shown[knownTypeOf(object, objectTypes) ?? "Note"];
	const title = clean(text, textOrMap(object, "name"), max.title);
	const summary = clean(text, textOrMap(object, "summary"), warns ? max.warning : max.summary);
	const isArticle = article === "always" || (article === "with a title" && title !== undefined);
	const heading = hasHeading && title !== undefined ? `<p><strong>${escapeHtml(title)}</strong></p>` : "";
	const html = text.sanitize(
		`${heading}${textOrMap(object, "content") ?? ""}${optionsOf(text, object)}${attachmentsOf(object)}`,
	);
	const tags = tagsOf(object);
	if (!isArticle)
		return {
			type: "memo",
			content: { text: html, mime: "text/html" },
			tags,
			...(summary === undefined ? {} : { warning: summary }),
		};
	return {
		type: "article",
		content: {
			text: html,
			mime: "text/html",
			...(title === undefined ? {} : { title }),
			...(summary === undefined ? {} : { summary }),
		},
		tags,
		...(booleanOf(object["sensitive"]) === true ? { warning: summary ?? title ?? "sensitive" } : {}),
	};
}

function clean(text: Text, value: string | undefined, length: number): string | undefined {
	const plain =
		value === undefined
			? ""
			: text
					.fromHtml(value.slice(0, length * 4))
					.trim()
					.slice(0, length)
					.toWellFormed();
	return plain === "" ? undefined : plain;
}

function tagsOf(object: Json): readonly string[] {
	const names = listOf(object["tag"])
		.filter((tag) => typeOf(tag) === "Hashtag")
		.map((tag) => (textOf((tag as Json)["name"]) ?? "").replace(/^#/, "").toLowerCase())
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
	const html = links.find((link) => isJson(link) && textOf(link["mediaType"]) === "text/html");
	return urlOf(html ?? links[0]);
}

/** A poll's options as a list, since polls can't be voted on here yet. */
function optionsOf(text: Text, object: Json): string {
	const options = [...listOf(object["oneOf"]), ...listOf(object["anyOf"])].slice(0, max.options);
	const names = options
		.map((option) => (isJson(option) ? clean(text, textOf(option["name"]), max.title) : undefined))
		.filter((name) => name !== undefined);
	return names.length === 0 ? "" : `<ul>${names.map((name) => `<li>${escapeHtml(name)}</li>`).join("")}</ul>`;
}

/** Attachments as links with their description: `summary` before `name` (reference §8). */
function attachmentsOf(object: Json): string {
	const links = listOf(object["attachment"])
		.slice(0, max.attachments)
		.flatMap((attachment): string[] => {
			if (!isJson(attachment)) return [];
			const href = idOf(firstOf(attachment["url"]) ?? attachment["href"]);
			if (href === undefined || originOf(href) === undefined) return [];
			const label = (textOf(attachment["summary"]) ?? textOf(attachment["name"]) ?? "").slice(0, 1500) || href;
			return [`<p><a href="${escapeHtml(href)}">${escapeHtml(label)}</a></p>`];
		});
	return links.join("");
}
