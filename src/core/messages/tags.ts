import type { MessageId } from "../ids.ts";
import { hashtagOf } from "../model/hashtag.ts";
import type { Message } from "../model/message.ts";
import type { Collection } from "../ports/store.ts";
import { remoteKey } from "../remote-key.ts";

/** The longest tag that has a page, in characters. */
const maxLength = 100;
/** How many tags of a message are indexed. */
const maxTags = 30;

/**
 * The form in which tags are compared: without `#`, in lower case, with compatible characters unified.
 *
 * @returns `undefined` if the text is no tag
 */
export function tagKey(tag: string): string | undefined {
	const key = hashtagOf(tag.normalize("NFKC")).toLowerCase();
	return key === "" || key.length > maxLength ? undefined : key;
}

/** The keys of a message's tags, each once. */
export const tagKeysOf = ({ tags }: Pick<Message, "tags">): readonly string[] =>
	[...new Set(tags.map(tagKey).filter((key) => key !== undefined))].slice(0, maxTags);

/** One of the tags of a message; without `tag` the message has lost it. */
export interface MessageTag {
	readonly message: MessageId;
	readonly tag?: string;
}

/** The messages by tag, newest first: ids of messages begin with the time. */
export const messageTags: Collection<MessageTag> = {
	name: "message_tags",
	version: 1,
	indexes: {
		tag: {
			kinds: ["text", "text"],
			of: ({ tag, message }) => (tag === undefined ? undefined : [tagIndex(tag), message]),
		},
	},
};

/** The index value of a tag. @param key as {@link tagKey} makes it */
export const tagIndex = (key: string): string => remoteKey("tag", key);

/** The id of the document of a message's n-th tag. */
export const messageTagId = (message: MessageId, place: number): string => `${message}/${place}`;

/** What an event that changes a message says of the tags that it had, so that their documents are found. */
export function taggedBefore(message: Message): { readonly tagged?: number } {
	const { length } = tagKeysOf(message);
	return length === 0 ? {} : { tagged: length };
}
