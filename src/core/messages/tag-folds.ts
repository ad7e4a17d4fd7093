import type { FoldTable } from "../events/folds.ts";
import type { MessageId } from "../ids.ts";
import type { Fold } from "../ports/store.ts";
import type { MessageEvents } from "./events.ts";
import { type MessageTag, messageTagId, messageTags, tagKeysOf } from "./tags.ts";

/** The folds of message events into the index of tags. An event says how many tags the message had, since a fold sees one document only. */
export const tagFolds: FoldTable<MessageEvents> = {
	"message.posted": ({ body: { message } }) =>
		tagKeysOf(message).map((tag, at) => ({
			collection: messageTags,
			id: messageTagId(message.id, at),
			fresh: true,
			next: () => ({ message: message.id, tag }),
		})),
	"message.edited": ({ body }) => changed(body.message, tagKeysOf(body), body.tagged ?? 0),
	"message.deleted": ({ body }) => changed(body.message, [], body.tagged ?? 0),
};

function changed(message: MessageId, tags: readonly string[], before: number): readonly Fold<MessageTag>[] {
	return Array.from({ length: Math.max(tags.length, before) }, (_, at) => {
		const tag = tags[at];
		return {
			collection: messageTags,
			id: messageTagId(message, at),
			next: (now) => (now?.tag === tag ? undefined : { message, ...(tag === undefined ? {} : { tag }) }),
		};
	});
}
