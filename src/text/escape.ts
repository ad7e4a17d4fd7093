/** Text as HTML text or attribute value. */
export function escapeHtml(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Text as one paragraph, line by line: all that is done for what is too large or too deep to be looked into. */
export function escapeAsParagraph(text: string): string {
	return `<p>${escapeHtml(text).replaceAll("\r\n", "\n").replaceAll("\n", "<br />")}</p>`;
}
