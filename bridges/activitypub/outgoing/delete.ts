import type { Delivery } from "#bridge-kit";
import { addressed, followersOf, isBroadcast } from "../audience.ts";
import type { PublishingContext } from "../context.ts";
import { toTombstone } from "../notes.ts";
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

/**
 * A removal. A message of one of our actors is deleted in the author's name, even when a moderator removed it, since other
 * servers accept a `Delete` from the author only. For a remote message, the channel undoes its announcement.
 */
export const writeRemoval: Writer<"removal"> = async (context, delivery) => {
	const { ids } = context;
	const { channel, subject } = delivery;
	const author = ids.person(subject.author);
	const isOurs = ids.isOurs(author);
	if (!isOurs && !isGroupChannel(channel)) return [];

	const post = await postOf(context, delivery);
	const signer = isOurs ? author : ids.person(delivery.actor);
	const people = isGroupChannel(channel)
		? [ids.channelActor(channel)]
		: post.owner === undefined
			? []
			: [ids.person(post.owner)];
	const removal = activityBy(signer, {
		id: ids.activity(delivery.id),
		type: "Delete",
		...addressed(delivery, followersOf(ids, post), people),
		object: isOurs ? toTombstone(ids, subject.message) : ids.object(subject.message),
	});
	if (!isGroupChannel(channel)) return [removal];
	const passedOn = isRelayed(context, delivery) ? relayedActivity(delivery) : withoutContext(removal);
	const announced = passedOn === undefined ? [] : [announceActivity(context, delivery, passedOn, author)];
	if (!isOurs) return [...announced, unshare(context, delivery, author)];
	return isBroadcast(delivery) ? [removal, ...announced, unshare(context, delivery, author)] : [removal];
};

function unshare(
	context: PublishingContext,
	delivery: Extract<Delivery, { kind: "removal" }>,
	author: string,
): OutboxActivity {
	const shared = share(context, delivery, delivery.subject.message, author);
	const { to, cc } = shared.activity as unknown as Record<string, unknown>;
	return activityBy(shared.signer, {
		id: context.ids.activity(delivery.id, "unshare"),
		type: "Undo",
		to,
		cc,
		object: withoutContext(shared),
	});
}
