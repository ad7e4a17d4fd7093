import { type ReadablePlace, readableById } from "../access/readable-place.ts";
import type { CoreContext } from "../events/context.ts";
import { kindsOf } from "../groups/channel-kinds.ts";
import { type Follows, followsOf } from "../groups/follows-of.ts";
import type { ChannelId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Message } from "../model/message.ts";
import type { Key, Merge } from "../ports/store.ts";
import { messages } from "./message.ts";

/** A position in the home timeline: by time, then by seq, then by channel. */
export type HomeCursor = Pick<Message, "at" | "channel" | "seq">;

/** A message of the home timeline with its place, as its reader may read it now. */
export interface HomeEntry {
	readonly message: Message;
	readonly place: ReadablePlace;
}

type Reader = Pick<CoreContext, "store">;
type Ranges = (before: HomeCursor | undefined) => Merge["ranges"];

/** At most so many messages are read at once, if most are left out. */
const largestRead = 400;

/** True if `a` comes before `b` in the timeline. */
function isNewer(a: HomeCursor, b: HomeCursor): boolean {
	return a.at !== b.at ? a.at > b.at : a.seq !== b.seq ? a.seq > b.seq : a.channel > b.channel;
}

/**
 * A page of the home timeline (design §2), newest first, without deleted messages: of people whom the account follows (and of itself), what
 * they post in their own channels, and their replies to themselves and to other people whom the account follows; of other channels that it
 * has joined, what starts a thread.
 *
 * The cost depends on the length of the page. Each follow adds one look-up in an index.
 *
 * @param options.before the last message of the previous page
 */
export async function homeTimeline(
	context: Reader,
	account: Account,
	{ before, limit }: { readonly before?: HomeCursor; readonly limit: number },
): Promise<readonly HomeEntry[]> {
	const follows = await followsOf(context, account);
	const placeOf = readablePlaces(context, account);
	const sources = [
		newestFirst(context, { index: "author", ranges: rangesOfPeople(follows), before, limit }, (found) =>
			ofPeople(context, follows, found),
		),
		newestFirst(context, { index: "channel", ranges: rangesOfRooms(follows), before, limit }, async (found) =>
			found.filter(({ reply, deletedAt }) => reply === undefined && deletedAt === undefined),
		),
	];
	const heads = await Promise.all(sources.map((source) => source.next()));
	const entries: HomeEntry[] = [];
	while (entries.length < limit) {
		let newest: number | undefined;
		for (const [i, head] of heads.entries()) {
			if (head.done === true) continue;
			const best = newest === undefined ? undefined : heads[newest]?.value;
			if (best === undefined || isNewer(head.value as Message, best)) newest = i;
		}
		if (newest === undefined) break;
		const message = heads[newest]?.value as Message;
		const place = await placeOf(message.channel);
		if (place !== undefined) entries.push({ message, place });
		heads[newest] = await (sources[newest] as (typeof sources)[0]).next();
	}
	return entries;
}

/** The messages of some ranges that belong in the timeline, read a page at a time, and more at once as more are left out. */
async function* newestFirst(
	{ store }: Reader,
	{ index, ranges, before, limit }: { index: string; ranges: Ranges; before: HomeCursor | undefined; limit: number },
	choose: (found: readonly Message[]) => Promise<readonly Message[]>,
): AsyncGenerator<Message, undefined> {
	for (let after = before, count = limit; ; count = Math.min(count * 2, largestRead)) {
		const from = ranges(after);
		const found =
			from.length === 0 ? [] : await store.merge(messages, { index, ranges: from, order: "desc", limit: count });
		yield* await choose(found.map(({ doc }) => doc));
		if (found.length < count) return undefined;
		after = found.at(-1)?.doc;
	}
}

/** What people say outside of rooms. */
const rangesOfPeople =
	({ people }: Follows): Ranges =>
	(before) =>
		[...people].map((author) => ({
			prefix: [author, 0],
			...(before === undefined ? {} : { after: [author, 0, before.at, before.seq, before.channel] satisfies Key }),
		}));

const rangesOfRooms =
	({ rooms }: Follows): Ranges =>
	(before) =>
		rooms.map((channel) => ({
			prefix: [channel],
			// Of messages with the same time and seq, those of lesser channels come later.
			...(before === undefined
				? {}
				: { after: [channel, before.at, channel < before.channel ? before.seq + 1 : before.seq] satisfies Key }),
		}));

/** Of the messages of people who are followed, those that belong in the timeline. */
async function ofPeople(context: Reader, { people }: Follows, found: readonly Message[]): Promise<readonly Message[]> {
	const kinds = await kindsOf(context, [...new Set(found.map(({ channel }) => channel))]);
	return found.filter(({ author, channel, reply }) => {
		const kind = kinds.get(channel);
		if (kind === undefined || kind.kind === "room") return false;
		return reply === undefined ? kind.owner === author : reply.author === author || people.has(reply.author);
	});
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
