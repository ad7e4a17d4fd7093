import type { CoreContext } from "../events/context.ts";
import { kindsOf } from "../groups/channel-kinds.ts";
import { type Follows, followsAmong } from "../groups/follows-of.ts";
import type { Account } from "../model/account.ts";
import type { Message } from "../model/message.ts";

type Reader = Pick<CoreContext, "store">;

/** A position in the home timeline: by time, then by seq, then by channel. */
export type HomeCursor = Pick<Message, "at" | "channel" | "seq">;

/** Where a source of the home timeline starts, and how many messages are wanted of it. */
export interface HomeRange {
	/** The message before the first one; `undefined`: it starts at the top. */
	readonly before: HomeCursor | undefined;
	readonly limit: number;
}

/** At most so many messages are read at once, if most are left out. */
export const largestRead = 400;

/** True if `a` comes before `b` in the timeline. */
export function isNewer(a: HomeCursor, b: HomeCursor): boolean {
	return a.at !== b.at ? a.at > b.at : a.seq !== b.seq ? a.seq > b.seq : a.channel > b.channel;
}

/** Of some messages, those that belong in the timeline of an account. */
export async function ofFollowed(
	context: Reader,
	account: Account,
	found: readonly Message[],
): Promise<readonly Message[]> {
	const kinds = await kindsOf(context, [...new Set(found.map(({ channel }) => channel))]);
	const isInRoom = ({ channel }: Message): boolean => kinds.get(channel)?.kind === "room";
	const outside = found.filter((message) => !isInRoom(message));
	const people = new Set(
		outside.flatMap(({ author, reply }) => (reply === undefined ? [author] : [author, reply.author])),
	);
	const rooms = new Set(found.filter(isInRoom).map(({ channel }) => channel));
	const follows = await followsAmong(context, account, { people, rooms });
	const said = outside.filter(({ author }) => follows.people.has(author));
	const belonging = new Set(await ofPeople(context, follows, said));
	return found.filter((message) =>
		isInRoom(message) ? message.reply === undefined && follows.rooms.includes(message.channel) : belonging.has(message),
	);
}

/** Of the messages of people who are followed, those that belong in the timeline. */
export async function ofPeople(
	context: Reader,
	{ people }: Follows,
	found: readonly Message[],
): Promise<readonly Message[]> {
	const kinds = await kindsOf(context, [...new Set(found.map(({ channel }) => channel))]);
	return found.filter(({ author, channel, reply }) => {
		const kind = kinds.get(channel);
		if (kind === undefined || kind.kind === "room") return false;
		return reply === undefined ? kind.owner === author : reply.author === author || people.has(reply.author);
	});
}
