import { type Account, type Addressed, type Channel, type Group, type Message, tiers } from "#bridge-kit";
import type { Ids } from "./ids.ts";
import { PUBLIC } from "./vocabulary.ts";

/** Something that was said, with all that its document needs. */
export interface Said {
	readonly message: Message;
	readonly author: Account;
	readonly channel: Channel;
	readonly group: Group;
	readonly parent?: Addressed;
	readonly mentions: readonly Account[];
	/** Whose timeline the channel is. */
	readonly owner?: Account;
}

export interface Audience {
	readonly to: readonly string[];
	readonly cc: readonly string[];
}

/** Whether what is said in a channel may leave at all; asked before anything is serialised. */
export const mayLeave = (channel: Channel): boolean => tiers[channel.tier].rules.federate;
/** Whether it is for everybody (Public in `to`), or for whoever joined and may be seen by everybody (Public in `cc`). */
export const isBroadcast = (channel: Channel): boolean => tiers[channel.tier].rules.broadcast;

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
	const channelActor = channel.timelineOf === undefined ? [ids.channelActor(channel)] : [];
	return addressed(channel, followersOf(ids, said), [...channelActor, ...named]);
}

/** The tier's way to address its members and these people. */
export function addressed(channel: Channel, followers: string, people: readonly string[]): Audience {
	const named = [...new Set(people)];
	return isBroadcast(channel)
		? { to: [PUBLIC], cc: [followers, ...named] }
		: { to: [followers], cc: [PUBLIC, ...named] };
}
