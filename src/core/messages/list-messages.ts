import { admits, circleBy, type PlaceWithCircle, withCircle } from "../access/circle.ts";
import type { ReadablePlace } from "../access/readable-place.ts";
import { NotFound } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { placeOf } from "../groups/place.ts";
import { type MessageId, parseId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { type Message, type Position } from "../model/message.ts";
import { messages } from "./message.ts";

type Reader = Pick<CoreContext, "store">;

/** A page of a channel. */
export interface Window {
	/** The page starts after this position, in the given direction. */
	readonly after?: Position;
	readonly direction: "backward" | "forward";
	readonly limit: number;
}

/** A page of a channel's messages: `backward` is newest first, `forward` oldest first (OFSCP §6.2). */
export async function listMessages(
	context: Reader,
	{ channel: { id: channel } }: ReadablePlace,
	{ after, direction, limit }: Window,
): Promise<readonly Message[]> {
	const page = await context.store.page(messages, {
		index: "channel",
		prefix: [channel],
		...(after === undefined ? {} : { after: [channel, after.at, after.seq] }),
		order: direction === "forward" ? "asc" : "desc",
		limit,
	});
	return page.map((stored) => stored.doc);
}

/** The direct replies to a message, oldest first. They are in the same place as the message. */
export async function listReplies(
	context: Reader,
	_place: ReadablePlace,
	message: MessageId,
	{ after, limit }: { readonly after?: Position; readonly limit: number },
): Promise<readonly Message[]> {
	const page = await context.store.page(messages, {
		index: "replies",
		prefix: [message],
		...(after === undefined ? {} : { after: [message, after.at, after.seq] }),
		order: "asc",
		limit,
	});
	return page.map((stored) => stored.doc);
}

/** A message of a place by its id. @throws {NotFound} it does not exist, or is in another place */
export async function readableMessage(context: Reader, place: ReadablePlace, id: string): Promise<Message> {
	const known = parseId("msg", id);
	const message = known === undefined ? undefined : (await context.store.get(messages, known))?.doc;
	if (message === undefined || message.channel !== place.channel.id) throw new NotFound();
	return message;
}

/** A message and its place by the message's id alone, if `reader` may read it, be it only because the message mentions them. */
export async function messageWithPlace(
	context: Reader,
	id: MessageId,
	reader: Account | undefined,
): Promise<{ message: Message; place: PlaceWithCircle } | undefined> {
	const message = (await context.store.get(messages, id))?.doc;
	const found = message === undefined ? undefined : await placeOf(context, message.channel);
	if (message === undefined || found === undefined) return undefined;
	const place = await withCircle(context, found);
	return (await admits(context, circleBy(place.rules, place, message), reader)) ? { message, place } : undefined;
}
