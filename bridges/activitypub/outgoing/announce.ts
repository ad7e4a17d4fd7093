import type { Delivery, Message } from "#bridge-kit";
import { addressed, type Shown } from "../audience.ts";
import type { PublishingContext } from "../context.ts";
import { type Signed, write } from "./writer.ts";

/** A group's channel passes on an activity to its members (FEP-1b12): ours, or another server's as it came. */
export function announceActivity(
	context: PublishingContext,
	delivery: Delivery & Shown,
	activity: unknown,
	author: string,
): Signed {
	const { ids } = context;
	const actor = ids.channelActor(delivery.channel);
	return write(actor, {
		id: ids.activity(delivery.id, "announce"),
		type: "Announce",
		...addressed(delivery, `${actor}/followers`, [author]),
		published: new Date(delivery.at).toISOString(),
		object: activity,
	});
}

/** The same for servers that know a boost only: the bare id of what was said. Named after the message, so that it can be undone. */
export function share({ ids }: PublishingContext, shown: Shown, message: Message, author: string): Signed {
	const actor = ids.channelActor(shown.channel);
	return write(actor, {
		id: ids.activity(`${message.channel}/${message.seq}`, "share"),
		type: "Announce",
		...addressed(shown, `${actor}/followers`, [author]),
		published: new Date(message.at).toISOString(),
		object: ids.object(message),
	});
}
