import type { FoldTable } from "../events/folds.ts";
import type { MessageId } from "../ids.ts";
import type { Message } from "../model/message.ts";
import type { Fold } from "../ports/store.ts";
import type { MessageEvents } from "./events.ts";
import { messages } from "./message.ts";

const emptied = { content: { text: "", mime: "text/plain" }, tags: [], metadata: [], reactions: [] } as const;

/** A message without its content (wire.md, "Messages"); id, author, place and replies stay. */
export function tombstone(message: Message, at: number): Message {
	const { warning: _, editedAt: __, revisedAt: ___, attachments: ____, ...rest } = message;
	return { ...rest, ...emptied, deletedAt: at };
}

/** The people whom an edit no longer mentions: they have the message, so its deletion is for them, too. */
function mentionedBefore(
	{ mentions, mentionedBefore: before = [] }: Message,
	now: Message["mentions"],
): Pick<Message, "mentionedBefore"> {
	const others = [...new Set([...before, ...mentions])].filter((id) => !now.includes(id));
	return others.length === 0 ? {} : { mentionedBefore: others };
}

const oneReplyLess = (parent: MessageId): Fold<Message> => ({
	collection: messages,
	id: parent,
	next: (now) => (now === undefined ? undefined : { ...now, deletedReplies: (now.deletedReplies ?? 0) + 1 }),
});

/** The events with texts that remain when an edit withdraws another one, and with it the texts that had restored it. */
const textsWithout = ({ texts }: Message, { erasesTexts = [] }: MessageEvents["message.edited"]): readonly number[] =>
	texts.filter((seq) => !erasesTexts.includes(seq));

/** The folds of message events into the message and the reply count of its parent. */
export const messageFolds: FoldTable<MessageEvents> = {
	"message.posted": ({ body, seq, at }) => {
		const { message } = body;
		const list: Fold<Message>[] = [
			{
				collection: messages,
				id: message.id,
				fresh: true,
				next: () => ({ ...message, seq, at, texts: [seq], reactions: [], replies: 0, changed: seq }),
			},
		];
		if (message.reply !== undefined) {
			list.push({
				collection: messages,
				id: message.reply.to,
				next: (parent) => (parent === undefined ? undefined : { ...parent, replies: parent.replies + 1 }),
			});
		}
		return list;
	},
	"message.edited": ({ body, seq, at }) => [
		{
			collection: messages,
			id: body.message,
			next: (now) => {
				if (now === undefined || now.deletedAt !== undefined) return undefined;
				// Of two edits that were received at the same moment, the later one counts, whichever was stored first.
				const isOlder = body.revisedAt !== undefined && now.revisedAt !== undefined && body.revisedAt < now.revisedAt;
				if (isOlder && body.erasesTexts === undefined) return { ...now, texts: [...now.texts, seq] };
				const { warning: _, revisedAt, ...rest } = now;
				// The withdrawal of an edit also goes back to the time of the text before it.
				const revised = body.erasesTexts === undefined ? (body.revisedAt ?? revisedAt) : body.revisedAt;
				return {
					...rest,
					content: body.content,
					tags: body.tags,
					mentions: body.mentions,
					...mentionedBefore(now, body.mentions),
					...(body.metadata === undefined ? {} : { metadata: body.metadata }),
					...(body.warning === undefined ? {} : { warning: body.warning }),
					...(revised === undefined ? {} : { revisedAt: revised }),
					editedAt: at,
					texts: [...textsWithout(now, body), seq],
					changed: seq,
				};
			},
		} satisfies Fold<Message>,
	],
	"message.deleted": ({ body, seq, at }) => [
		...(body.parent === undefined ? [] : [oneReplyLess(body.parent)]),
		{
			collection: messages,
			id: body.message,
			next: (now) =>
				now === undefined || now.deletedAt !== undefined ? undefined : { ...tombstone(now, at), changed: seq },
		} satisfies Fold<Message>,
	],
};
