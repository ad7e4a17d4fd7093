/**
 * The first line of what older clients put in front of a reply: the user who is answered, and the beginning of what they said
 * (`> <@alice:example.org> text`, with a `*` for an emote; client-server API before v1.13, "Fallbacks for rich replies").
 */
const firstLine = /^>[ \t]*(?:\*[ \t]*)?<@[^\s<>]+:[^\s<>]+>/;

/**
 * A text without the quote that older clients put in front of a reply. The sender's own quotes stay: only what names a user in this form
 * is such a quote, and it ends with the first line that is not quoted.
 */
export function withoutReplyFallback(body: string): string {
	const lines = body.replace(/^\s+(?=>)/, "").split(/\r?\n/);
	if (!firstLine.test(lines[0] ?? "")) return body;
	const end = lines.findIndex((line) => !line.startsWith(">"));
	return end < 0 ? "" : lines.slice(lines[end]?.trim() === "" ? end + 1 : end).join("\n");
}

/** Whether HTML still has the element, perhaps escaped, in which a quote is put in front of a reply. */
export const hasReplyTag = (html: string): boolean => /(?:<|&lt;)\s*mx-reply/i.test(html);
