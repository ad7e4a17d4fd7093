import { escapeHtml } from "#core/escape-html.ts";

/** Plain text as one HTML paragraph with line breaks: the rendering of markup that is too large or nested too deeply. */
export function escapeAsParagraph(text: string): string {
	return `<p>${escapeHtml(text).replaceAll("\r\n", "\n").replaceAll("\n", "<br />")}</p>`;
}
