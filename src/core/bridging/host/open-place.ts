import { type Circle, circleBy, isOpen, type PlaceWithCircle, withCircle } from "../../access/circle.ts";
import { type ReadablePlace, readableBy } from "../../access/readable-place.ts";
import type { CoreContext } from "../../events/context.ts";
import { type Place, placeOf } from "../../groups/place.ts";
import { messages } from "../../messages/message.ts";
import { isTimeline } from "../../model/channel.ts";
import type { Message } from "../../model/message.ts";
import type { OpenChannel } from "../../ports/bridge/messages.ts";
import type { Requester } from "../../ports/bridge/requester.ts";
import { visibilityOf } from "../outgoing/visibility.ts";
import { admitsRequester } from "./admits-requester.ts";

type Reader = Pick<CoreContext, "store">;

/** The place, if anyone may read it, or `reader`. */
export const openPlace = (
	context: Reader,
	place: Place | undefined,
	reader?: Requester,
): Promise<ReadablePlace | undefined> =>
	readableBy(context, place, (circle) => admitsRequester(context, circle, reader));

/** A place in the form that bridges receive. */
export const toOpenChannel = ({ channel, group, rules }: PlaceWithCircle): OpenChannel => ({
	channel,
	group,
	visibility: visibilityOf(rules),
	isListed: rules.search,
});

/**
 * A message that may be published: in an open channel, or a local account's reply in the shadow of a remote timeline, which that timeline's
 * home may fetch. Any other message may be published to a reader whom its circle admits. The messages of remote accounts in shadows are
 * published by their own servers.
 */
export async function messageWithOpenPlace(
	context: Reader,
	id: Message["id"],
	reader?: Requester,
): Promise<{ message: Message; place: PlaceWithCircle } | undefined> {
	const message = (await context.store.get(messages, id))?.doc;
	const found = message === undefined ? undefined : await placeOf(context, message.channel);
	if (message === undefined || found === undefined) return undefined;
	const place = await withCircle(context, found);
	const isLocalReply = place.channel.kind === "shadow" && isTimeline(place.channel) && message.origin === undefined;
	if (isOpen(place.circle) || isLocalReply) return { message, place };
	if (reader === undefined) return undefined;
	return (await admitsRequester(context, circleAbroad(place, message), reader)) ? { message, place } : undefined;
}

/** The readers of a message, as its own home judges them: ours for a local account's reply in a shadow, the author's for the others there. */
function circleAbroad(place: PlaceWithCircle, message: Message): Circle {
	const { homeOnly, ...circle } = circleBy(place.rules, place, message);
	return homeOnly === true && message.origin !== undefined ? { ...circle, homeOnly } : circle;
}
