import type { Account, Addressed, Channel, Message, Visibility } from "#bridge-kit";
import type { Ids } from "./ids.ts";
import { PUBLIC } from "./vocabulary.ts";

/** A message with everything that its document needs. */
export interface Post {
	readonly message: Message;
	readonly author: Account;
	readonly channel: Channel;
	readonly visibility: Visibility;
	readonly parent?: Addressed;
	readonly mentions: readonly Account[];
	/** The owner of the timeline that the message is in. */
	readonly owner?: Account;
}

export interface Audience {
	readonly to: readonly string[];
	readonly cc: readonly string[];
}

/** A channel, and the visibility of its messages. */
export type Shown = Pick<Post, "channel" | "visibility">;

/** Whether a message is fully public (Public in `to`), and announced. */
export const isBroadcast = ({ visibility }: Pick<Post, "visibility">): boolean => visibility === "broadcast";

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
	const channelActor = channel.kind === "room" ? [ids.channelActor(channel)] : [];
	return addressed(post, followersOf(ids, post), [...channelActor, ...named]);
}

/**
 * How a message with this visibility addresses the channel's followers and these people: with Public in `to`, with Public in `cc`
 * (unlisted), or without Public (followers-only). A reply to a remote author's followers-only post is addressed to that author
 * only, not to the followers of its own author.
 */
export function addressed({ channel, visibility }: Shown, followers: string, people: readonly string[]): Audience {
	const named = [...new Set(people)];
	switch (visibility) {
		case "broadcast":
			return { to: [PUBLIC], cc: [followers, ...named] };
		case "quiet":
			return { to: [followers], cc: [PUBLIC, ...named] };
		case "readers":
			return channel.kind === "shadow" ? { to: named, cc: [] } : { to: [followers], cc: named };
	}
}
