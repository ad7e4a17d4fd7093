import type { World } from "../events/world.ts";
import { type Place, placeOf } from "../groups/place.ts";
import type { ChannelId, MessageId } from "../ids.ts";
import { messages } from "../messages/message.ts";
import type { Message } from "../model/message.ts";
import type { LogEvent } from "../ports/store.ts";

/**
 * What readers of a channel are told. `message` is the document as it is now, never as the event once said it: a text that was
 * erased is not told again (design §3.1 rule 7).
 */
export interface FeedItem {
	readonly kind: "created" | "updated" | "deleted";
	/** The event's id. */
	readonly id: string;
	readonly place: Place;
	readonly message: Message;
}

/** Per type of event what it means to a reader, and how it names its message. */
const told: Readonly<
	Record<string, { readonly kind: FeedItem["kind"]; readonly message: (body: never) => MessageId } | undefined>
> = {
	"message.posted": { kind: "created", message: (body: { message: { id: MessageId } }) => body.message.id },
	"message.edited": { kind: "updated", message: (body: { message: MessageId }) => body.message },
	"message.deleted": { kind: "deleted", message: (body: { message: MessageId }) => body.message },
	"reaction.added": { kind: "updated", message: (body: { reaction: { message: MessageId } }) => body.reaction.message },
	"reaction.removed": {
		kind: "updated",
		message: (body: { reaction: { message: MessageId } }) => body.reaction.message,
	},
};

/** What an event is to those who read its channel; `undefined`: nothing. */
export async function itemOf(world: Pick<World, "store">, event: LogEvent): Promise<FeedItem | undefined> {
	const rule = told[event.type];
	if (rule === undefined) return undefined;
	const message = (await world.store.get(messages, rule.message(event.body as never)))?.doc;
	const place = message === undefined ? undefined : await placeOf(world, event.stream as ChannelId);
	return message === undefined || place === undefined ? undefined : { kind: rule.kind, id: event.id, place, message };
}
