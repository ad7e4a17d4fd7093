/**
 * Turns what people wrote into what others may be shown. Every method is synchronous, never throws and takes time linear
 * in its input; what is too large or too deep comes back as plain text.
 *
 * `mime` is `text/plain`, `text/markdown` or `text/html`; anything else is taken as plain text.
 */
export interface Text {
	/** Sanitised HTML of a message's content, for any reader. */
	toHtml(text: string, mime: string): string;
	/** Readable plain text of it: markup gone, paragraphs and breaks kept as newlines. */
	toPlain(text: string, mime: string): string;
	/** Cleans foreign HTML once, at ingest (design §9 rule 5). */
	sanitize(html: string): string;
	/** Plain text of foreign HTML: paragraphs and breaks kept as newlines, links' text. */
	fromHtml(html: string): string;
}
