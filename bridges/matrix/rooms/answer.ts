import type { MatrixEvent } from "../incoming/event.ts";
import { relationOf } from "../incoming/event.ts";

/** The longest answer, with the quote that older clients put in front of it. */
const maxLength = 4_000;
const pattern = /^[`"'“]*link\s+([a-z0-9]{6})(?:\s+(shared|own))?[`"'”.!]*$/i;

/** What a message answers to a link (`link CODE`, `link CODE shared`); `undefined`: it is no answer. */
export function readAnswer(
	content: MatrixEvent["content"],
): { readonly code: string; readonly shared: boolean } | undefined {
	const { body, msgtype } = content;
	if (msgtype !== "m.text" || typeof body !== "string" || body.length > maxLength) return undefined;
	// An edit could turn an older message of a user into an answer that others have never seen.
	if (relationOf(content).replaces !== undefined) return undefined;
	const own = body
		.split("\n")
		.filter((line) => !line.startsWith(">"))
		.join("\n")
		.trim();
	const [, code, moderation] = pattern.exec(own) ?? [];
	return code === undefined ? undefined : { code: code.toUpperCase(), shared: moderation?.toLowerCase() === "shared" };
}
