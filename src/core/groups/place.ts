import type { CoreContext } from "../events/context.ts";
import type { ChannelId, GroupId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Channel } from "../model/channel.ts";
import type { Group, Role } from "../model/group.ts";
import type { Membership } from "../model/membership.ts";
import { channels } from "./channel.ts";
import { groups } from "./group.ts";
import { isOfTerm, membershipOf } from "./membership.ts";
import { standingIn } from "./standing.ts";

type Reader = Pick<CoreContext, "store">;

/** A channel and its group, which decisions about access need together. */
export interface Place {
	readonly channel: Channel;
	readonly group: Group;
}

/** The channel with an id, and its group. */
export async function placeOf(context: Reader, id: ChannelId): Promise<Place | undefined> {
	const channel = (await context.store.get(channels, id))?.doc;
	if (channel === undefined) return undefined;
	const group = (await context.store.get(groups, channel.group))?.doc;
	return group === undefined ? undefined : { channel, group };
}

/**
 * The membership of an account in a group or channel, if it is joined at the moment.
 *
 * @param group for a channel of a community: its group, since the membership ends with the one there
 */
export async function joined(
	context: Reader,
	place: GroupId | ChannelId,
	account: Account,
	group?: GroupId,
): Promise<Membership | undefined> {
	const membership = await membershipOf(context, place, account);
	if (membership?.state !== "joined" || group === undefined) return joinedOnly(membership);
	return isOfTerm(membership, await membershipOf(context, group, account)) ? membership : undefined;
}

const joinedOnly = (membership: Membership | undefined): Membership | undefined =>
	membership?.state === "joined" ? membership : undefined;

/** The highest role of an account in a group or in one of its channels. */
export const roleIn = async (
	context: Reader,
	group: Group,
	channel: Channel | undefined,
	account: Account,
): Promise<Role | undefined> => (await standingIn(context, group, channel, account)).role;
