import { canRead } from "../access/access.ts";
import { NotFound } from "../errors.ts";
import type { World } from "../events/world.ts";
import { type Place, placeOf } from "../groups/place.ts";
import { type ChannelId, type MessageId, parseId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { type Message, type Position } from "../model/message.ts";
import { messages } from "./message.ts";

type Reader = Pick<World, "store">;

export interface Window {
	/** Rows behind this place in the asked direction. */
	readonly after?: Position;
	readonly direction: "backward" | "forward";
	readonly limit: number;
}

/** A page of a channel: backward is newest first, forward oldest first (OFSCP §6.2). The caller has asked {@link canRead}. */
export async function listMessages(
	world: Reader,
	channel: ChannelId,
	{ after, direction, limit }: Window,
): Promise<readonly Message[]> {
	const page = await world.store.page(messages, {
		index: "channel",
		prefix: [channel],
		...(after === undefined ? {} : { after: [channel, after.at, after.seq] }),
		order: direction === "forward" ? "asc" : "desc",
		limit,
	});
	return page.map((stored) => stored.doc);
}

/** The direct replies to a message, oldest first. */
export async function listReplies(
	world: Reader,
	message: MessageId,
	{ after, limit }: { readonly after?: Position; readonly limit: number },
): Promise<readonly Message[]> {
	const page = await world.store.page(messages, {
		index: "replies",
		prefix: [message],
		...(after === undefined ? {} : { after: [message, after.at, after.seq] }),
		order: "asc",
		limit,
	});
	return page.map((stored) => stored.doc);
}

/** A message by its id. @throws {NotFound} it does not exist, is elsewhere, or may not be seen */
export async function readableMessage(world: Reader, place: Place, id: string): Promise<Message> {
	const known = parseId("msg", id);
	const message = known === undefined ? undefined : (await world.store.get(messages, known))?.doc;
	if (message === undefined || message.channel !== place.channel.id) throw new NotFound();
	return message;
}

/** A message and its place by the message's id alone, if `reader` may read it. */
export async function messageWithPlace(
	world: Reader,
	id: MessageId,
	reader: Account | undefined,
): Promise<{ message: Message; place: Place } | undefined> {
	const message = (await world.store.get(messages, id))?.doc;
	const place = message === undefined ? undefined : await placeOf(world, message.channel);
	if (message === undefined || place === undefined || !(await canRead(world, place, reader))) return undefined;
	return { message, place };
}
