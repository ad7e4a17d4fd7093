import { cleanText } from "../../clean-text.ts";
import type { Content } from "../../model/message.ts";
import type { RemoteEvent } from "../../ports/bridge/remote-event.ts";

/**
 * The event with lone surrogates and NUL replaced in everything that people read. A bridge cleans what it parses, but it may cut a text
 * in the middle of a character. The sender's names are cleaned with their shadow.
 */
export function cleanEvent(event: RemoteEvent): RemoteEvent {
	switch (event.kind) {
		case "message":
		case "edit":
			return {
				...event,
				content: cleanContent(event.content),
				...(event.kind === "edit" && event.contentAs !== undefined ? { contentAs: cleanForms(event.contentAs) } : {}),
				...(event.tags === undefined ? {} : { tags: event.tags.map(cleanText) }),
				...(event.warning === undefined ? {} : { warning: cleanText(event.warning) }),
			};
		case "reaction":
			return { ...event, key: cleanText(event.key) };
		default:
			return event;
	}
}

const cleanContent = ({ text, title, summary, ...rest }: Content): Content => ({
	...rest,
	text: cleanText(text),
	...(title === undefined ? {} : { title: cleanText(title) }),
	...(summary === undefined ? {} : { summary: cleanText(summary) }),
});

const cleanForms = ({ memo, article }: { readonly memo: Content; readonly article: Content }) => ({
	memo: cleanContent(memo),
	article: cleanContent(article),
});
