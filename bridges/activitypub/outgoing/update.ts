import { isBroadcast } from "../audience.ts";
import { toObject } from "../notes.ts";
import { announceActivity } from "./announce.ts";
import {
	activityBy,
	isGroupChannel,
	isRelayed,
	postOf,
	relayedActivity,
	type Writer,
	withoutContext,
} from "./writer.ts";

/** An edit. The author sends it everywhere, since boosts can't be edited; a group's channel also announces it. */
export const writeEdit: Writer<"edit"> = async (context, delivery) => {
	const { ids } = context;
	const { channel, subject } = delivery;
	const author = ids.person(subject.author);
	if (isRelayed(context, delivery)) {
		const activity = relayedActivity(delivery);
		return isGroupChannel(channel) && activity !== undefined
			? [announceActivity(context, delivery, activity, author)]
			: [];
	}
	const object = toObject(context, await postOf(context, delivery)) as Record<string, unknown>;
	const update = activityBy(author, {
		id: ids.activity(delivery.id),
		type: "Update",
		to: object["to"],
		cc: object["cc"],
		updated: new Date(delivery.at).toISOString(),
		object,
	});
	return isGroupChannel(channel) && isBroadcast(delivery)
		? [update, announceActivity(context, delivery, withoutContext(update), author)]
		: [update];
};
