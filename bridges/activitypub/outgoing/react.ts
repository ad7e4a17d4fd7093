import type { Delivery } from "#bridge-kit";
import type { PublishingContext } from "../context.ts";
import type { Ids } from "../ids.ts";
import { announceActivity } from "./announce.ts";
import {
	activityBy,
	isGroupChannel,
	isRelayed,
	type OutboxActivity,
	relayedActivity,
	type Writer,
	withoutContext,
} from "./writer.ts";

type Reaction = Extract<Delivery, { kind: "reaction" | "unreaction" }>;

/**
 * A reaction: a `Like` with `content`, which some servers show as a favourite and others as that emoji (mapping.md). A custom
 * emoji is named `:key:` and sent as an Emoji tag.
 */
function likeOf({ ids }: PublishingContext, { actor, subject, key, image, at }: Reaction, id: string): OutboxActivity {
	const content = image === undefined ? key : `:${key.split("@", 1)[0]}:`;
	const emoji =
		image === undefined ? {} : { tag: [{ type: "Emoji", name: content, icon: { type: "Image", url: image } }] };
	return activityBy(ids.person(actor), {
		id,
		type: "Like",
		to: [ids.person(subject.author)],
		object: ids.object(subject.message),
		content,
		_misskey_reaction: content,
		published: new Date(at).toISOString(),
		...emoji,
	});
}

function relayed(context: PublishingContext, delivery: Reaction): readonly OutboxActivity[] {
	const activity = relayedActivity(delivery);
	if (!isGroupChannel(delivery.channel) || activity === undefined) return [];
	return [announceActivity(context, delivery, activity, context.ids.person(delivery.actor))];
}

export const writeReaction: Writer<"reaction"> = (context, delivery) =>
	isRelayed(context, delivery)
		? relayed(context, delivery)
		: [likeOf(context, delivery, context.ids.activity(delivery.id))];

/**
 * `Undo` with the whole `Like` embedded, so that servers that do not know its id understand it too. A server that keeps one reaction per
 * person then has none, so a reaction that remains is sent again, under a new id: the old one would look like a repetition.
 */
export const writeUnreaction: Writer<"unreaction"> = (context, delivery) => {
	if (isRelayed(context, delivery)) return relayed(context, delivery);
	const { ids } = context;
	const like = likeOf(context, delivery, newest(ids, delivery.remote) ?? ids.activity(delivery.id, "like"));
	return [
		activityBy(like.signer, {
			id: ids.activity(delivery.id),
			type: "Undo",
			to: [ids.person(delivery.subject.author)],
			object: withoutContext(like),
		}),
		...remainingLike(context, delivery),
	];
};

function remainingLike(
	context: PublishingContext,
	delivery: Extract<Delivery, { kind: "unreaction" }>,
): readonly OutboxActivity[] {
	const { remaining, ...withdrawn } = delivery;
	if (remaining === undefined) return [];
	const { image: _, ...rest } = withdrawn;
	return [likeOf(context, { ...rest, ...remaining }, context.ids.activity(rest.id, "remaining"))];
}

/** The same reaction may have been added, withdrawn and added again: the last `Like` counts. */
function newest(ids: Ids, remote: readonly string[]): string | undefined {
	const seqOf = (id: string): number => ids.parseActivity(id)?.seq ?? 0;
	return remote.filter((id) => seqOf(id) > 0).sort((a, b) => seqOf(b) - seqOf(a))[0];
}
