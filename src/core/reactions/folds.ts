import type { EventOf } from "../events/event.ts";
import type { FoldTable } from "../events/folds.ts";
import { messages } from "../messages/message.ts";
import { type Message, type ReactionSum } from "../model/message.ts";
import type { Reaction } from "../model/reaction.ts";
import type { Fold } from "../ports/store.ts";
import type { ReactionEvents } from "./events.ts";
import { reactionId, reactions } from "./reaction.ts";

function recount(sums: readonly ReactionSum[], reaction: Omit<Reaction, "at">): readonly ReactionSum[] {
	const change = reaction.active ? 1 : -1;
	if (!sums.some((sum) => sum.key === reaction.key)) {
		const { key, unicode, image, description } = reaction;
		const shown = { key, ...(unicode && { unicode }), ...(image && { image }), ...(description && { description }) };
		return reaction.active ? [...sums, { ...shown, count: 1 }] : sums;
	}
	return sums
		.map((sum) => (sum.key === reaction.key ? { ...sum, count: sum.count + change } : sum))
		.filter((sum) => sum.count > 0);
}

function folds({ body, seq, at }: EventOf<keyof ReactionEvents>): readonly Fold[] {
	const { reaction } = body;
	return [
		{
			collection: reactions,
			id: reactionId(reaction.message, reaction.author, reaction.key),
			next: () => ({ ...reaction, at }),
		},
		{
			collection: messages,
			id: reaction.message,
			next: (now) =>
				now === undefined || now.deletedAt !== undefined
					? undefined
					: { ...now, reactions: recount(now.reactions, reaction), changed: seq },
		} satisfies Fold<Message>,
	];
}

/** The folds of reaction events into the reaction and the counts of its message. */
export const reactionFolds: FoldTable<ReactionEvents> = { "reaction.added": folds, "reaction.removed": folds };
