import { createHash } from "node:crypto";
import type { Membership } from "../model/membership.ts";
import type { Reach } from "../model/reach.ts";
import type { Collection, Fold } from "../ports/store.ts";

/**
 * One target to which what is said in a channel is delivered, and for how many members: a shared inbox stands for all its
 * followers, so that a post costs as much as there are hosts, however many people follow there.
 */
export interface Audience {
	/** A channel, or a group whose members read a channel of theirs. */
	readonly channel: Membership["place"];
	readonly reach: Reach;
	readonly members: number;
}

export const audiences: Collection<Audience> = {
	name: "audiences",
	version: 1,
	indexes: {
		channel: { kinds: ["text", "text"], of: (a) => (a.members > 0 ? [a.channel, targetOf(a.reach)] : undefined) },
	},
};

/** Names a delivery target within a channel, and in the order of its pages. */
export const targetOf = (reach: Reach): string =>
	`${reach.bridge}>${createHash("sha256").update(reach.target).digest("base64url").slice(0, 22)}`;

/** The id of the document of one target. */
export const audienceId = (place: Membership["place"], reach: Reach): string => `${place}>${targetOf(reach)}`;

/** The change that one member (or a linked room) makes to a channel's audience. */
export function audienceFold(channel: Membership["place"], reach: Reach, change: 1 | -1): Fold<Audience> {
	return {
		collection: audiences,
		id: audienceId(channel, reach),
		next: (now) => ({ channel, reach, members: Math.max(0, (now?.members ?? 0) + change) }),
	};
}
