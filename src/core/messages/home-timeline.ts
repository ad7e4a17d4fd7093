import { canRead } from "../access/access.ts";
import type { World } from "../events/world.ts";
import { memberships } from "../groups/membership.ts";
import { placeOf } from "../groups/place.ts";
import type { ChannelId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { type Message, type Position } from "../model/message.ts";
import { messages } from "./message.ts";

/** A place in the merge: a message's time, and among those of one millisecond its channel and its place in that. */
export type HomeCursor = Pick<Message, "at" | "channel" | "seq">;

/** How many rows of one timeline are read at a time. */
const chunk = 8;

/** What an account follows: the timelines and channels that it has joined, and its own. */
export async function followedChannels(world: Pick<World, "store">, account: Account): Promise<readonly ChannelId[]> {
	const followed: ChannelId[] = [account.timeline];
	let after: readonly [string, string, string, number, string] | undefined;
	for (;;) {
		const page = await world.store.page(memberships, {
			index: "account",
			prefix: [account.id, "chn", "joined"],
			...(after === undefined ? {} : { after }),
			order: "asc",
			limit: 500,
		});
		for (const { doc } of page) if (doc.place !== account.timeline) followed.push(doc.place as ChannelId);
		const last = page.at(-1);
		if (last === undefined || page.length < 500) return followed;
		after = [account.id, "chn", "joined", last.doc.since, last.doc.place];
	}
}

/** One timeline of the merge, newest first, read a few rows at a time. */
async function* newestFirst(
	world: Pick<World, "store">,
	channel: ChannelId,
	before: HomeCursor | undefined,
): AsyncGenerator<Message, undefined> {
	let after = before && behind(channel, before);
	for (;;) {
		const page = await world.store.page(messages, {
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

/** Where a channel goes on that is read behind a place of the merge. */
function behind(channel: ChannelId, before: HomeCursor): Position {
	if (channel === before.channel) return before;
	return { at: channel < before.channel ? before.at + 1 : before.at, seq: 0 };
}

/** Within a channel this is the channel's own order, or a page could pass over what shares a millisecond. */
const isBefore = (a: HomeCursor, b: HomeCursor): boolean =>
	a.at !== b.at ? a.at < b.at : a.channel !== b.channel ? a.channel < b.channel : a.seq < b.seq;

/** The home timeline (design §2): the merge of what an account follows, newest first; replies stay with their parents. */
export async function homeTimeline(
	world: Pick<World, "store">,
	account: Account,
	{ before, limit }: { readonly before?: HomeCursor; readonly limit: number },
): Promise<readonly Message[]> {
	const heads: { message: Message; rest: AsyncGenerator<Message, undefined> }[] = [];
	for (const channel of await followedChannels(world, account)) {
		const place = await placeOf(world, channel);
		if (place === undefined || !(await canRead(world, place, account))) continue;
		const rest = newestFirst(world, channel, before);
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
