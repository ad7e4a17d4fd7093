import { canRead } from "../../access/access.ts";
import type { World } from "../../events/world.ts";
import { type Place, placeOf } from "../../groups/place.ts";
import { messageWithPlace } from "../../messages/list-messages.ts";
import { messages } from "../../messages/message.ts";
import type { Message } from "../../model/message.ts";

type Reader = Pick<World, "store">;

/** The place, if anyone may read it. */
export async function openPlace(world: Reader, place: Place | undefined): Promise<Place | undefined> {
	return place !== undefined && (await canRead(world, place, undefined)) ? place : undefined;
}

/**
 * A message that may be shown outside: in an open channel, or by one of ours in the timeline of a remote account (its home
 * asks for it). What a remote account wrote in a remote timeline is published by its own server.
 */
export async function messageWithOpenPlace(
	world: Reader,
	id: Message["id"],
): Promise<{ message: Message; place: Place } | undefined> {
	const message = (await world.store.get(messages, id))?.doc;
	if (message === undefined) return undefined;
	const found = await messageWithPlace(world, id, undefined);
	if (found !== undefined) return found;
	const place = await placeOf(world, message.channel);
	return place?.channel.shadow === true && message.origin === undefined ? { message, place } : undefined;
}
