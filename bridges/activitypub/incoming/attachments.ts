import { escapeHtml } from "#bridge-kit";
import { firstOf, idOf, isJson, type Json, listOf, originOf, textOf, urlOf } from "../reading.ts";
import { link } from "./markup.ts";

const max = { attachments: 16, label: 1500 };

/**
 * Attachments as links with their description: `summary` before `name` (reference §8). One that the text links to already is not
 * repeated.
 */
export function attachmentsOf(object: Json, body: string): string {
	const links = new Map<string, string>();
	for (const attachment of listOf(object["attachment"]).slice(0, max.attachments)) {
		const href = hrefOf(attachment);
		if (href !== undefined && !links.has(href) && !body.includes(`"${escapeHtml(href)}"`))
			links.set(href, link(href, labelOf(attachment)));
	}
	return [...links.values()].join("");
}

/** The picture of an object that has nothing else to show. An `icon` is only a preview of it. */
export function imageOf(object: Json): string | undefined {
	for (const image of listOf(object["image"])) {
		const href = hrefOf(image);
		if (href !== undefined) return link(href, labelOf(image));
	}
	return undefined;
}

/** The address of an attachment: an object with a `url`, a Link, or just a URL. */
function hrefOf(attachment: unknown): string | undefined {
	if (!isJson(attachment)) return urlOf(attachment);
	const href = idOf(firstOf(attachment["url"]) ?? attachment["href"]);
	return href === undefined || originOf(href) === undefined ? undefined : href;
}

const labelOf = (attachment: unknown): string | undefined =>
	isJson(attachment)
		? (textOf(attachment["summary"]) || textOf(attachment["name"]) || "").trim().slice(0, max.label) || undefined
		: undefined;
