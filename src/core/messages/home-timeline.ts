import { type ReadablePlace, readableById } from "../access/readable-place.ts";
import type { CoreContext } from "../events/context.ts";
import { followsMoreThan, followsOf } from "../groups/follows-of.ts";
import type { ChannelId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Message } from "../model/message.ts";
import type { HomeCursor } from "./home-choice.ts";
import { mergeFollows } from "./merge-follows.ts";
import { walkNewest } from "./walk-newest.ts";

export type { HomeCursor } from "./home-choice.ts";

/** A message of the home timeline with its place, as its reader may read it now. */
export interface HomeEntry {
	readonly message: Message;
	readonly place: ReadablePlace;
}

type Reader = Pick<CoreContext, "store">;

/** Up to so many follows are merged at once. */
const fewFollows = 100;

/**
 * A page of the home timeline (design §2), newest first, without deleted messages: of people whom the account follows (and of itself), what
 * they post in their own channels, and their replies to themselves and to other people whom the account follows; of other channels that it
 * has joined, what starts a thread.
 *
 * The cost depends on the length of the page. Few follows are merged, which costs a look-up in an index for each. For many, what is newest
 * here is read and filtered; if too little of that is from them, the rest is merged.
 *
 * @param options.before the last message of the previous page
 * @param options.few up to how many follows are merged at once
 */
export async function homeTimeline(
	context: Reader,
	account: Account,
	{ before, limit, few = fewFollows }: { readonly before?: HomeCursor; readonly limit: number; readonly few?: number },
): Promise<readonly HomeEntry[]> {
	const placeOf = readablePlaces(context, account);
	const entries: HomeEntry[] = [];
	/** Adds messages of a source, as far as they may be read; true if the page is full. */
	async function isFilledBy(source: AsyncIterable<Message>): Promise<boolean> {
		for await (const message of source) {
			const place = await placeOf(message.channel);
			if (place !== undefined) entries.push({ message, place });
			if (entries.length === limit) return true;
		}
		return false;
	}
	let from = before;
	if (await followsMoreThan(context, account, few)) {
		const walk = walkNewest(context, account, { before, limit });
		if ((await isFilledBy(walk.messages)) || walk.end.isBottom) return entries;
		from = walk.end.at;
	}
	await isFilledBy(
		mergeFollows(context, await followsOf(context, account), { before: from, limit: limit - entries.length }),
	);
	return entries;
}

/** The places that an account may read, each asked about once. */
function readablePlaces(context: Reader, account: Account): (id: ChannelId) => Promise<ReadablePlace | undefined> {
	const asked = new Map<ChannelId, Promise<ReadablePlace | undefined>>();
	return (id) => {
		const place = asked.get(id) ?? readableById(context, id, account);
		asked.set(id, place);
		return place;
	};
}
