import type { CoreContext } from "../events/context.ts";
import type { ChannelId, GroupId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Channel } from "../model/channel.ts";
import { type Group, type Role, roles } from "../model/group.ts";
import type { Membership } from "../model/membership.ts";
import { channels } from "./channel.ts";
import { groups } from "./group.ts";
import { membershipId, memberships } from "./membership.ts";

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

/** The membership of an account in a group or channel, if it is joined at the moment. */
export async function joined(
	context: Reader,
	place: GroupId | ChannelId,
	account: Account,
): Promise<Membership | undefined> {
	const membership = (await context.store.get(memberships, membershipId(place, account.id)))?.doc;
	return membership?.state === "joined" ? membership : undefined;
}

/** The highest role of an account in a group or in one of its channels. */
export async function roleIn(
	context: Reader,
	group: Group,
	channel: Channel | undefined,
	account: Account,
): Promise<Role | undefined> {
	if (group.owner === account.id) return "owner";
	const held = [
		await joined(context, group.id, account),
		channel && (await joined(context, channel.id, account)),
	].flatMap((m) => (m ? [m.role] : []));
	return roles.find((role) => held.includes(role));
}
