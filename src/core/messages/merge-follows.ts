import type { CoreContext } from "../events/context.ts";
import type { Follows } from "../groups/follows-of.ts";
import type { Message } from "../model/message.ts";
import type { Key, Merge } from "../ports/store.ts";
import { type HomeCursor, type HomeRange, isNewer, largestRead, ofPeople } from "./home-choice.ts";
import { messages } from "./message.ts";

type Reader = Pick<CoreContext, "store">;
type Ranges = (before: HomeCursor | undefined) => Merge["ranges"];

/** What belongs in the timeline, merged from what each of the people and channels that are followed has said. */
export async function* mergeFollows(
	context: Reader,
	follows: Follows,
	{ before, limit }: HomeRange,
): AsyncGenerator<Message, undefined> {
	const sources = [
		newestFirst(context, { index: "author", ranges: rangesOfPeople(follows), before, limit }, (found) =>
			ofPeople(context, follows, found),
		),
		newestFirst(context, { index: "channel", ranges: rangesOfRooms(follows), before, limit }, async (found) =>
			found.filter(({ reply, deletedAt }) => reply === undefined && deletedAt === undefined),
		),
	];
	const heads = await Promise.all(sources.map((source) => source.next()));
	for (;;) {
		let newest: number | undefined;
		for (const [i, head] of heads.entries()) {
			if (head.done === true) continue;
			const best = newest === undefined ? undefined : heads[newest]?.value;
			if (best === undefined || isNewer(head.value as Message, best)) newest = i;
		}
		if (newest === undefined) return undefined;
		yield heads[newest]?.value as Message;
		heads[newest] = await (sources[newest] as (typeof sources)[0]).next();
	}
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
