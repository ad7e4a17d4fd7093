import { type PlaceWithCircle, withCircle } from "../access/circle.ts";
import { type ConsumerTable, stays } from "../events/consumers.ts";
import type { CoreContext } from "../events/context.ts";
import type { EventType } from "../events/event.ts";
import { placeOf } from "../groups/place.ts";
import type { ChannelId } from "../ids.ts";
import { messages } from "../messages/message.ts";
import { messageOf } from "../messages/message-of-event.ts";
import type { Message } from "../model/message.ts";
import type { LogEvent } from "../ports/store.ts";

/**
 * An event as the readers of a channel receive it. `message` is the current document, not the content of the event, so that an erased text
 * is never sent again (design §3.1 rule 8).
 */
export interface FeedItem {
	readonly kind: "created" | "updated" | "deleted";
	/** The event's id. */
	readonly id: string;
	readonly place: PlaceWithCircle;
	readonly message: Message;
}

/** For each type of event, what it tells the readers of its channel. */
const kinds: ConsumerTable<{ readonly [T in EventType]: FeedItem["kind"] }> = {
	"message.posted": "created",
	"message.edited": "updated",
	"message.deleted": "deleted",
	"reaction.added": "updated",
	"reaction.removed": "updated",
	...stays(
		"account.created",
		"account.updated",
		"account.expelled",
		"account.deleted",
		"group.created",
		"group.changed",
		"channel.created",
		"member.requested",
		"member.joined",
		"member.left",
		"member.denied",
		"portal.linked",
		"portal.changed",
		"portal.unlinked",
	),
};

/** The item for the readers of an event's channel; `undefined` if they do not receive the event. */
export async function itemOf(context: Pick<CoreContext, "store">, event: LogEvent): Promise<FeedItem | undefined> {
	const kind = kinds[event.type as EventType] as FeedItem["kind"] | "stays" | undefined;
	const id = messageOf(event);
	if (kind === undefined || kind === "stays" || id === undefined) return undefined;
	const message = (await context.store.get(messages, id))?.doc;
	const place = message === undefined ? undefined : await placeOf(context, event.stream as ChannelId);
	if (message === undefined || place === undefined) return undefined;
	return { kind, id: event.id, place: await withCircle(context, place), message };
}
