import { type Account, type Addressed, type Channel, type Message, tiers } from "#bridge-kit";
import type { Ids } from "./ids.ts";
import { PUBLIC } from "./vocabulary.ts";

/** A message with everything that its document needs. */
export interface Post {
	readonly message: Message;
	readonly author: Account;
	readonly channel: Channel;
	readonly parent?: Addressed;
	readonly mentions: readonly Account[];
	/** The owner of the timeline that the message is in. */
	readonly owner?: Account;
}

export interface Audience {
	readonly to: readonly string[];
	readonly cc: readonly string[];
}

/** Whether a channel's messages may leave the provider at all; checked before anything is serialised. */
export const mayLeave = (channel: Channel): boolean => tiers[channel.tier].rules.federate;
/** Whether a channel's messages are public (Public in `to`), or for its followers and readable by anyone (Public in `cc`). */
export const isBroadcast = (channel: Channel): boolean => tiers[channel.tier].rules.broadcast;

/**
 * The followers collection of the channel. The collection of a remote timeline is not ours to address, so the author's own
 * is used there.
 */
export function followersOf(ids: Ids, { channel, owner, author }: Pick<Post, "channel" | "owner" | "author">): string {
	const home = ids.channelActor(channel, owner);
	return `${ids.isOurs(home) ? home : ids.person(author)}/followers`;
}

/** Whom a message is addressed to. The same on the activity and on the object: some servers refuse a difference. */
export function audienceOf(ids: Ids, post: Post): Audience {
	const { channel, author, parent, mentions, owner } = post;
	const people = [parent?.author, owner, ...mentions].filter(
		(person) => person !== undefined && person.id !== author.id,
	);
	const named = people.map((person) => ids.person(person as Account));
	const channelActor = channel.timelineOf === undefined ? [ids.channelActor(channel)] : [];
	return addressed(channel, followersOf(ids, post), [...channelActor, ...named]);
}

/** How a channel of this tier addresses its followers and these people. */
export function addressed(channel: Channel, followers: string, people: readonly string[]): Audience {
	const named = [...new Set(people)];
	return isBroadcast(channel)
		? { to: [PUBLIC], cc: [followers, ...named] }
		: { to: [followers], cc: [PUBLIC, ...named] };
}
