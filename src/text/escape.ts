import { escapeHtml } from "#core/escape-html.ts";

/** Text as one paragraph, line by line: all that is done for what is too large or too deep to be looked into. */
export function escapeAsParagraph(text: string): string {
	return `<p>${escapeHtml(text).replaceAll("\r\n", "\n").replaceAll("\n", "<br />")}</p>`;
}
