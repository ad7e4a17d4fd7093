import type { Delivery } from "#bridge-kit";
import { isBroadcast, type Post } from "../audience.ts";
import type { PublishingContext } from "../context.ts";
import { toObject } from "../notes.ts";
import { announceActivity, share } from "./announce.ts";
import {
	activityBy,
	isGroupChannel,
	isRelayed,
	type OutboxActivity,
	postOf,
	relayedActivity,
	type Writer,
	withoutContext,
} from "./writer.ts";

/** The `Create` of a message by one of our actors. Its id follows from the event that posted the message. */
export function createOf({ ids, host }: Pick<PublishingContext, "ids" | "host">, post: Post): OutboxActivity {
	const { message, author } = post;
	const object = toObject({ ids, host }, post) as Record<string, unknown>;
	return activityBy(ids.person(author), {
		id: ids.posted(message),
		type: "Create",
		to: object["to"],
		cc: object["cc"],
		published: object["published"],
		object,
	});
}

/**
 * A memo, article or message. In a timeline the author sends it to the followers. In a group's channel the channel announces it:
 * the activity for servers that know groups, the bare object id for servers that only know boosts. The people whom the message mentions
 * or answers get the post itself first: many servers drop the announcement of a group that no one there follows. A channel of tier
 * `public` does not announce; there the author sends it to the members.
 */
export const writeMessage: Writer<"message"> = async (context, delivery) => {
	const { channel, subject } = delivery;
	const post = await postOf(context, delivery);
	const author = context.ids.person(subject.author);
	if (isRelayed(context, delivery)) {
		const activity = relayedActivity(delivery);
		if (!isGroupChannel(channel) || activity === undefined) return [];
		return [announceActivity(context, delivery, activity, author), share(context, delivery, subject.message, author)];
	}
	const create = createOf(context, post);
	if (!isGroupChannel(channel) || !isBroadcast(delivery)) return [create];
	return [
		...(addressesTarget(delivery) ? [create] : []),
		announceActivity(context, delivery, withoutContext(create), author),
		share(context, delivery, subject.message, author),
	];
};

/** Whether someone whom a message mentions or answers is reached at the target of this delivery. */
export const addressesTarget = (delivery: Delivery): boolean =>
	delivery.kind === "message" &&
	[...delivery.mentions, ...(delivery.parent === undefined ? [] : [delivery.parent.author])].some(
		({ reach }) => reach?.bridge === delivery.reach.bridge && reach.target === delivery.reach.target,
	);
