import { type Account, addressOf, type OpenChannel, ownerOf } from "#bridge-kit";
import { oneLine } from "../one-line.ts";

/** A link, as people in its room are told about it. */
export interface LinkShown {
	readonly origin: string;
	/** The domain of the provider. */
	readonly domain: string;
	/** Who asked for the link; absent: the account is gone. */
	readonly asker: Account | undefined;
	readonly place: OpenChannel;
	/** Whether users can join the room without an invitation. */
	readonly isPublic: boolean;
}

const maxName = 100;

/** What a room is asked before its link becomes active: who asks, what will be seen by whom, and how to answer. */
export const questionOf = (link: LinkShown, code: string): string =>
	[
		`${askerOf(link)} asks to link this room to ${placeOf(link)}.`,
		"",
		"If you agree, from then on:",
		...meaningOf(link),
		'- Each side removes messages on its own side; authors remove theirs everywhere. With "shared", the moderators of each side also remove messages of the other side.',
		"",
		`A person who may change the power levels of this room agrees by saying: link ${code}`,
		`(or, for shared moderation: link ${code} shared)`,
		"Without that answer nothing is linked. To refuse, ignore this or remove me.",
	].join("\n");

/** What a room is told when a link becomes active. @param byOperator the operator has consented on behalf of the room */
export const activationOf = (link: LinkShown, byOperator: boolean): string =>
	[
		byOperator
			? `The operator of ${link.domain} has linked this room to ${placeOf(link)}. From now on:`
			: `This room is now linked to ${placeOf(link)}. From now on:`,
		...meaningOf(link),
		"To end this, remove me from the room.",
	].join("\n");

/** What a room is told when its link can't be used for now. */
export const interruptionOf = (link: LinkShown, reason: string): string =>
	`Nothing is exchanged with ${placeOf(link)} for now: ${reason}.`;

/** What a room is told when it can't be linked to anything. */
export const refusalOf = (reason: string): string => `This room can't be linked to a channel: ${reason}.`;

/** What a room is told when it agrees to a link although another one is active. */
export const occupied = "This room is linked to another channel already. Remove me first to end that link.";

function meaningOf({ place: { isListed }, isPublic }: LinkShown): readonly string[] {
	const although = isPublic ? "" : ", although this room is for invited people";
	const listed = isListed ? " It can be found by search and directories." : "";
	return [
		`- Anyone, even without an account, can read what is said here, with the names of those who say it${although}.${listed}`,
		"- It is also sent to people on other servers who follow the channel, and can't be called back from all of them.",
		"- What is said in the channel appears here. What was said here before is not shown there.",
	];
}

function askerOf({ asker }: LinkShown): string {
	if (asker === undefined) return "Someone whose account was deleted";
	const name = oneLine(asker.profile.displayName, maxName);
	return name === "" || name === asker.handle ? addressOf(asker) : `${addressOf(asker)} ("${name}")`;
}

function placeOf({ place: { channel, group }, domain, origin }: LinkShown): string {
	const page = `${origin}/@${channel.handle}`;
	if (ownerOf(channel) !== undefined) return `the timeline of ${channel.handle}@${domain} (${page})`;
	return `the channel "${oneLine(channel.name, maxName)}" of "${oneLine(group.name, maxName)}" on ${domain} (${page})`;
}
