import { followedPlaces } from "../access/followed-places.ts";
import type { ReadablePlace } from "../access/readable-place.ts";
import type { CoreContext } from "../events/context.ts";
import type { ChannelId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Message, Position } from "../model/message.ts";
import { messages } from "./message.ts";

/** A position in the merged timeline: by time, within a millisecond by channel, and within a channel by seq. */
export type HomeCursor = Pick<Message, "at" | "channel" | "seq">;

/** How many messages of one timeline are read at a time. */
const chunk = 8;

/** The messages of one timeline, newest first, read a few at a time. */
async function* newestFirst(
	context: Pick<CoreContext, "store">,
	{ channel: { id: channel } }: ReadablePlace,
	before: HomeCursor | undefined,
): AsyncGenerator<Message, undefined> {
	let after = before && behind(channel, before);
	for (;;) {
		const page = await context.store.page(messages, {
			index: "channel",
			prefix: [channel],
			...(after === undefined ? {} : { after: [channel, after.at, after.seq] }),
			order: "desc",
			limit: chunk,
		});
		for (const { doc } of page) yield doc;
		const last = page.at(-1);
		if (last === undefined || page.length < chunk) return undefined;
		after = last.doc;
	}
}

/** The position in a channel after which its messages come after a position in the merge. */
function behind(channel: ChannelId, before: HomeCursor): Position {
	if (channel === before.channel) return before;
	return { at: channel < before.channel ? before.at + 1 : before.at, seq: 0 };
}

/** Within a channel this is the channel's own order; otherwise a page could skip messages of the same millisecond. */
const isBefore = (a: HomeCursor, b: HomeCursor): boolean =>
	a.at !== b.at ? a.at < b.at : a.channel !== b.channel ? a.channel < b.channel : a.seq < b.seq;

/**
 * A page of the home timeline (design §2): the merge of the places that an account follows, newest first, without deleted messages.
 *
 * @param options.before the last message of the previous page
 */
export async function homeTimeline(
	context: Pick<CoreContext, "store">,
	account: Account,
	{ before, limit }: { readonly before?: HomeCursor; readonly limit: number },
): Promise<readonly Message[]> {
	const heads: { message: Message; rest: AsyncGenerator<Message, undefined> }[] = [];
	for await (const place of followedPlaces(context, account)) {
		const rest = newestFirst(context, place, before);
		const first = await rest.next();
		if (first.done !== true) heads.push({ message: first.value, rest });
	}
	const merged: Message[] = [];
	while (merged.length < limit && heads.length > 0) {
		let newest = 0;
		for (let i = 1; i < heads.length; i++)
			if (isBefore((heads[newest] as (typeof heads)[0]).message, (heads[i] as (typeof heads)[0]).message)) newest = i;
		const head = heads[newest] as (typeof heads)[0];
		if (head.message.deletedAt === undefined) merged.push(head.message);
		const next = await head.rest.next();
		if (next.done === true) heads.splice(newest, 1);
		else head.message = next.value;
	}
	return merged;
}
