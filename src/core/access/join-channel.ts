import { accountById } from "../accounts/find-account.ts";
import { Conflict, NotFound, PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { changeMembership } from "../groups/membership-change.ts";
import { type Place, placeOf } from "../groups/place.ts";
import type { Account } from "../model/account.ts";
import { isLocal } from "../model/account.ts";
import { type Channel, ownerOf } from "../model/channel.ts";
import type { Group } from "../model/group.ts";
import type { Membership } from "../model/membership.ts";
import { assertNotArchived } from "./permissions.ts";
import type { ReadablePlace } from "./readable-place.ts";

/** The membership after a join, and whether the join changed it. */
export interface Joined {
	readonly membership: Membership;
	readonly changed: boolean;
}

/** Joins a group, as its join policy allows (OFSCP §7.1). @throws {PermissionDenied} `invite_only`, `group_archived` */
export async function joinGroup(context: CoreContext, group: Group, account: Account): Promise<Joined> {
	const { membership, changed } = await changeMembership(context, group.id, account, (now) => {
		if (group.owner === account.id) return { state: "joined", role: "owner" };
		if (now?.state === "joined") return undefined;
		assertNotArchived(group);
		if (group.joinPolicy === "invite")
			throw new PermissionDenied("This group can only be joined by invitation", "invite_only");
		return { state: group.joinPolicy === "open" ? "joined" : "requested", role: "member" };
	});
	if (membership === undefined) throw new Error("A join left no membership");
	return { membership, changed };
}

/**
 * Joins a channel (OFSCP §7.1). The channels of an account are joined by following it. Any other channel is joined together with its
 * group, and the account follows it from then on.
 *
 * @throws {PermissionDenied} `invite_only`, `group_archived`
 * @throws {Conflict} `own_timeline`
 */
export async function joinChannel(context: CoreContext, place: ReadablePlace, account: Account): Promise<Joined> {
	const { channel, group } = place;
	if (channel.kind !== "room") return follow(context, await timelineOf(context, place), account);
	const inGroup = await joinGroup(context, group, account);
	if (inGroup.membership.state !== "joined") return inGroup;
	const { membership, changed } = await changeMembership(context, channel.id, account, (now, there) =>
		now?.state === "joined" || there?.state !== "joined" ? undefined : { state: "joined", role: now?.role ?? "member" },
	);
	// Without one, the account has left the group meanwhile.
	return membership === undefined ? inGroup : { membership, changed: changed || inGroup.changed };
}

/** The timeline of the owner of a channel. @throws {NotFound} */
async function timelineOf(context: CoreContext, place: Place): Promise<Place> {
	const timeline = membersOf(place.channel);
	const found = timeline === place.channel.id ? place : await placeOf(context, timeline);
	if (found === undefined) throw new NotFound();
	return found;
}

/** The channel that holds the members of a channel: followers are the members of the timeline. */
export const membersOf = (channel: Channel): Channel["id"] =>
	channel.kind === "followers" || channel.kind === "shadow" ? channel.timeline : channel.id;

/**
 * Follows a timeline. A local timeline is joined at once, or requested if its owner accepts followers one by one. For that of a remote
 * account the join is sent to the owner's home, and the membership stays requested until the answer: only the other side accepts a follow.
 *
 * @throws {Conflict} `own_timeline`
 * @throws {NotFound} the owner was deleted, or has a home that can't be asked
 */
export async function follow(context: CoreContext, { channel, group }: Place, account: Account): Promise<Joined> {
	const ownerId = ownerOf(channel);
	if (ownerId === account.id) throw new Conflict("own_timeline", "An account can't follow itself");
	const owner = ownerId === undefined ? undefined : await accountById(context, ownerId);
	const isShadow = owner !== undefined && !isLocal(owner) && isLocal(account);
	if (owner === undefined || owner.deletedAt !== undefined || (isShadow && owner.reach === undefined))
		throw new NotFound();
	const { membership, changed } = await changeMembership(
		context,
		channel.id,
		account,
		(now) => {
			if (now?.state === "joined" || now?.state === "requested") return undefined;
			return { state: isShadow || group.joinPolicy !== "open" ? "requested" : "joined", role: "member" };
		},
		{ federate: isShadow },
	);
	if (membership === undefined) throw new Error("A follow left no membership");
	return { membership, changed };
}
