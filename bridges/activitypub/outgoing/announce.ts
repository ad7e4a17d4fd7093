import type { Delivery, Message } from "#bridge-kit";
import { addressed, type Shown } from "../audience.ts";
import type { PublishingContext } from "../context.ts";
import { activityBy, type OutboxActivity } from "./writer.ts";

/** A group's channel relays an activity to its members (FEP-1b12): one of ours, or a remote one unchanged. */
export function announceActivity(
	context: PublishingContext,
	delivery: Delivery & Shown,
	activity: unknown,
	author: string,
): OutboxActivity {
	const { ids } = context;
	const actor = ids.channelActor(delivery.channel);
	return activityBy(actor, {
		id: ids.activity(delivery.id, "announce"),
		type: "Announce",
		...addressed(delivery, `${actor}/followers`, [author]),
		published: new Date(delivery.at).toISOString(),
		object: activity,
	});
}

/** The same for servers that only know boosts: the bare object id. Its own id follows from the message, so that it can be undone. */
export function share({ ids }: PublishingContext, shown: Shown, message: Message, author: string): OutboxActivity {
	const actor = ids.channelActor(shown.channel);
	return activityBy(actor, {
		id: ids.posted(message, "share"),
		type: "Announce",
		...addressed(shown, `${actor}/followers`, [author]),
		published: new Date(message.at).toISOString(),
		object: ids.object(message),
	});
}
