import { isOpen } from "../access/circle.ts";
import { type ReadablePlace, readableById } from "../access/readable-place.ts";
import type { CoreContext } from "../events/context.ts";
import type { ChannelId, MessageId } from "../ids.ts";
import type { Message } from "../model/message.ts";
import { messages } from "./message.ts";
import { messageTags, tagIndex, tagKeysOf } from "./tags.ts";

/** A message with a tag, and its place. */
export interface Tagged {
	readonly message: Message;
	readonly place: ReadablePlace;
}

/** How many entries of the index are read at a time, and at most for one page. */
const batch = 50;
const maxRead = 500;

/**
 * A page of the messages with a tag in discoverable places, newest first. It can be shorter than `limit` although there are more, if most
 * messages with the tag are in other places.
 *
 * @param tag as `tagKey` makes it
 * @param options.before the last message of the page before
 * @returns `next`: where the next page goes on; absent at the end
 */
export async function listTagged(
	context: Pick<CoreContext, "store">,
	tag: string,
	{ before, limit }: { readonly before?: MessageId; readonly limit: number },
): Promise<{ readonly items: readonly Tagged[]; readonly next?: MessageId }> {
	const key = tagIndex(tag);
	const places = new Map<ChannelId, Promise<ReadablePlace | undefined>>();
	const placeOf = (id: ChannelId): Promise<ReadablePlace | undefined> => {
		const place = places.get(id) ?? readableById(context, id, undefined);
		places.set(id, place);
		return place;
	};
	const items: Tagged[] = [];
	let last = before;
	for (let read = 0; read < maxRead; read += batch) {
		const page = await context.store.page(messageTags, {
			index: "tag",
			prefix: [key],
			...(last === undefined ? {} : { after: [key, last] }),
			order: "desc",
			limit: batch,
		});
		for (const { doc } of page) {
			if (items.length === limit) return { items, ...(last === undefined ? {} : { next: last }) };
			last = doc.message;
			const message = (await context.store.get(messages, doc.message))?.doc;
			if (message === undefined || message.deletedAt !== undefined || !tagKeysOf(message).includes(tag)) continue;
			const place = await placeOf(message.channel);
			if (place !== undefined && isOpen(place.circle) && place.rules.search) items.push({ message, place });
		}
		if (page.length < batch) return { items };
	}
	return { items, ...(last === undefined ? {} : { next: last }) };
}
