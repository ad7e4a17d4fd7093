import type { Account, Addressed, Channel, Group, Message, Visibility } from "#bridge-kit";
import type { Ids } from "./ids.ts";
import { PUBLIC } from "./vocabulary.ts";

/** Something that was said, with all that its document needs. */
export interface Said {
	readonly message: Message;
	readonly author: Account;
	readonly channel: Channel;
	readonly group: Group;
	readonly visibility: Visibility;
	readonly parent?: Addressed;
	readonly mentions: readonly Account[];
	/** Whose timeline the channel is. */
	readonly owner?: Account;
}

export interface Audience {
	readonly to: readonly string[];
	readonly cc: readonly string[];
}

/** A channel, and how far what is said in it goes. */
export type Shown = Pick<Said, "channel" | "visibility">;

/** Whether it is for everyone and announced, or only for those who ask for it. */
export const isBroadcast = ({ visibility }: Pick<Said, "visibility">): boolean => visibility === "broadcast";

/** Those who joined the channel. The followers of a timeline elsewhere are not ours to name: the author's stand in. */
export function followersOf(ids: Ids, { channel, owner, author }: Pick<Said, "channel" | "owner" | "author">): string {
	const home = ids.channelActor(channel, owner);
	return `${ids.isOurs(home) ? home : ids.person(author)}/followers`;
}

/** Whom a message is addressed to. The same on the activity and on the object: some servers refuse what differs. */
export function audienceOf(ids: Ids, said: Said): Audience {
	const { channel, author, parent, mentions, owner } = said;
	const people = [parent?.author, owner, ...mentions].filter(
		(person) => person !== undefined && person.id !== author.id,
	);
	const named = people.map((person) => ids.person(person as Account));
	const channelActor = channel.kind === "room" ? [ids.channelActor(channel)] : [];
	return addressed(said, followersOf(ids, said), [...channelActor, ...named]);
}

/**
 * How a channel's members and these people are addressed: Public in `to`, Public in `cc` (unlisted), or not at all (for followers
 * only). What answers a remote author's followers-only post is for that author: our author's followers have no part in it.
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
