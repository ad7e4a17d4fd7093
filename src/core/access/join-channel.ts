import { Conflict, NotFound, PermissionDenied } from "../errors.ts";
import type { World } from "../events/world.ts";
import { changeMembership } from "../groups/membership-change.ts";
import type { Place } from "../groups/place.ts";
import type { Account } from "../model/account.ts";
import { isLocal } from "../model/account.ts";
import type { Group } from "../model/group.ts";
import type { Membership } from "../model/membership.ts";
import { tiers } from "../model/tier.ts";
import { canRead } from "./access.ts";

export interface Joined {
	readonly membership: Membership;
	readonly changed: boolean;
}

/** Joins a group as its policy says (OFSCP §7.1). @throws {PermissionDenied} `invite_only` */
export async function joinGroup(world: World, group: Group, account: Account): Promise<Joined> {
	const { membership, changed } = await changeMembership(world, group.id, account, (now) => {
		if (group.owner === account.id) return { state: "joined", role: "owner" };
		if (now?.state === "joined") return undefined;
		if (group.joinPolicy === "invite")
			throw new PermissionDenied("This group can be joined by invitation only", "invite_only");
		return { state: group.joinPolicy === "open" ? "joined" : "requested", role: "member" };
	});
	if (membership === undefined) throw new Error("A join left no membership");
	return { membership, changed };
}

/**
 * Joins a channel (OFSCP §7.1). A timeline is followed on its own; any other channel is joined with its group, and from then
 * on is among the channels that the account follows.
 *
 * @throws {NotFound} a channel that the account may not know of
 * @throws {PermissionDenied}
 */
export async function joinChannel(world: World, place: Place, account: Account): Promise<Joined> {
	const { channel, group } = place;
	if (channel.timelineOf !== undefined) return follow(world, place, account);
	const { read } = tiers[channel.tier].rules;
	if (read === "channel" && !(await canRead(world, place, account))) throw new NotFound();
	if (read === "group" && !(await canRead(world, place, account))) throw new NotFound();
	const inGroup = await joinGroup(world, group, account);
	if (inGroup.membership.state !== "joined") return inGroup;
	await changeMembership(world, channel.id, account, (now) =>
		now?.state === "joined" ? undefined : { state: "joined", role: now?.role ?? "member" },
	);
	return inGroup;
}

/**
 * Follows a timeline: one of ours is joined at once (or requested, if its owner lets people in one by one); the owner of a
 * shadow is asked where they live, and the membership waits for the answer.
 */
export async function follow(world: World, { channel, group }: Place, account: Account): Promise<Joined> {
	if (channel.timelineOf === account.id) throw new Conflict("own_timeline", "Nobody follows themselves");
	const isShadow = channel.shadow === true && isLocal(account);
	const { membership, changed } = await changeMembership(
		world,
		channel.id,
		account,
		(now) => {
			if (now?.state === "joined" || now?.state === "requested") return undefined;
			return { state: isShadow || group.joinPolicy !== "open" ? "requested" : "joined", role: "member" };
		},
		{ tell: isShadow },
	);
	if (membership === undefined) throw new Error("A follow left no membership");
	return { membership, changed };
}

/** Ends a membership of a channel or group. Idempotent. @throws {Conflict} `owner_leaves` */
export async function leave(
	world: World,
	place: Place | { readonly group: Group; readonly channel?: undefined },
	account: Account,
): Promise<void> {
	if (place.group.owner === account.id && (place.channel === undefined || place.channel.timelineOf !== undefined)) {
		throw new Conflict("owner_leaves", "The owner can't leave their own group");
	}
	const tell = place.channel?.shadow === true;
	await changeMembership(
		world,
		place.channel?.id ?? place.group.id,
		account,
		(now) => (now === undefined || now.state === "left" || now.state === "denied" ? undefined : { state: "left" }),
		{ tell },
	);
}
