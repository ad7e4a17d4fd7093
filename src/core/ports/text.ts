/**
 * Renders message content safely. Every method is synchronous, never throws and runs in time linear in its input; markup that is too
 * large or nested too deeply is rendered as plain text.
 *
 * `mime` is `text/plain`, `text/markdown` or `text/html`; anything else is treated as plain text.
 */
export interface Text {
	/** Sanitised HTML of a message's content. */
	toHtml(text: string, mime: string): string;
	/** Plain text of a message's content: without markup, with newlines for paragraphs and breaks. */
	toPlain(text: string, mime: string): string;
	/** Sanitises remote HTML once, when it is received (design §9 rule 5). */
	sanitize(html: string): string;
	/** Plain text of remote HTML, with newlines for paragraphs and breaks, and the text of links. */
	fromHtml(html: string): string;
	/** The web addresses of links and embedded media in remote HTML, in order, each once. */
	addressesIn(html: string): readonly string[];
}
