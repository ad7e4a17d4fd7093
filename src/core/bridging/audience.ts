import { createHash } from "node:crypto";
import type { Membership } from "../model/membership.ts";
import type { Reach } from "../model/reach.ts";
import type { Collection, Fold } from "../ports/store.ts";

/**
 * A delivery target of a place, and the number of members behind it. All followers behind one shared inbox share one document, so that the
 * cost of a post depends on the number of hosts, not of followers.
 */
export interface Audience {
	/** A channel, or a group whose members read its channels. */
	readonly channel: Membership["place"];
	readonly reach: Reach;
	readonly members: number;
	/** When its last member left, milliseconds since 1970; absent while it has members, and if that was in an earlier version. */
	readonly leftAt?: number;
}

/** The audiences. `channel` only has targets with members, `former` only those without; unknown times are the latest. */
export const audiences: Collection<Audience> = {
	name: "audiences",
	version: 2,
	indexes: {
		channel: { kinds: ["text", "text"], of: (a) => (a.members > 0 ? [a.channel, targetOf(a.reach)] : undefined) },
		former: {
			kinds: ["text", "int", "text"],
			of: (a) => (a.members > 0 ? undefined : [a.channel, a.leftAt ?? Number.MAX_SAFE_INTEGER, targetOf(a.reach)]),
		},
	},
};

/** The key of a delivery target: its bridge and a hash. Pages of an audience are ordered by it. */
export const targetOf = (reach: Reach): string =>
	`${reach.bridge}>${createHash("sha256").update(reach.target).digest("base64url").slice(0, 22)}`;

/** The id of the audience document of a place and a target. */
export const audienceId = (place: Membership["place"], reach: Reach): string => `${place}>${targetOf(reach)}`;

/** The fold that adds or removes one member, or a linked room, behind a target. @param at when it happened */
export function audienceFold(channel: Membership["place"], reach: Reach, change: 1 | -1, at: number): Fold<Audience> {
	return {
		collection: audiences,
		id: audienceId(channel, reach),
		next(now) {
			const members = Math.max(0, (now?.members ?? 0) + change);
			return { channel, reach, members, ...(members === 0 ? { leftAt: at } : {}) };
		},
	};
}
