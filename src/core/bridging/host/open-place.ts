import { isOpen, type PlaceWithCircle, withCircle } from "../../access/circle.ts";
import { type ReadablePlace, readable } from "../../access/readable-place.ts";
import type { World } from "../../events/world.ts";
import { type Place, placeOf } from "../../groups/place.ts";
import { messages } from "../../messages/message.ts";
import { isTimeline } from "../../model/channel.ts";
import type { Message } from "../../model/message.ts";
import type { OpenChannel } from "../../ports/bridge/messages.ts";
import { visibilityOf } from "../outgoing/visibility.ts";

type Reader = Pick<World, "store">;

/** The place, if anyone may read it. */
export const openPlace = (world: Reader, place: Place | undefined): Promise<ReadablePlace | undefined> =>
	readable(world, place, undefined);

/** A place in the words that bridges know. */
export const shown = ({ channel, group, rules }: PlaceWithCircle): OpenChannel => ({
	channel,
	group,
	visibility: visibilityOf(rules),
	isListed: rules.search,
});

/**
 * A message that may be shown outside: in an open channel, or by one of ours in the timeline of a remote account (its home
 * asks for it). What a remote account wrote in a remote timeline is published by its own server.
 */
export async function messageWithOpenPlace(
	world: Reader,
	id: Message["id"],
): Promise<{ message: Message; place: PlaceWithCircle } | undefined> {
	const message = (await world.store.get(messages, id))?.doc;
	const found = message === undefined ? undefined : await placeOf(world, message.channel);
	if (message === undefined || found === undefined) return undefined;
	const place = await withCircle(world, found);
	const isAnswer = place.channel.kind === "shadow" && isTimeline(place.channel) && message.origin === undefined;
	return isOpen(place.circle) || isAnswer ? { message, place } : undefined;
}
