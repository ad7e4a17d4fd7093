import type { World } from "../events/world.ts";
import type { ChannelId, GroupId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Channel } from "../model/channel.ts";
import { type Group, type Role, roles } from "../model/group.ts";
import type { Membership } from "../model/membership.ts";
import { channels } from "./channel.ts";
import { groups } from "./group.ts";
import { membershipId, memberships } from "./membership.ts";

type Reader = Pick<World, "store">;

/** A channel and its group, which decisions about access need together. */
export interface Place {
	readonly channel: Channel;
	readonly group: Group;
}

/** The channel with an id, and its group. */
export async function placeOf(world: Reader, id: ChannelId): Promise<Place | undefined> {
	const channel = (await world.store.get(channels, id))?.doc;
	if (channel === undefined) return undefined;
	const group = (await world.store.get(groups, channel.group))?.doc;
	return group === undefined ? undefined : { channel, group };
}

/** The membership of an account in a group or channel, if it is joined at the moment. */
export async function joined(
	world: Reader,
	place: GroupId | ChannelId,
	account: Account,
): Promise<Membership | undefined> {
	const membership = (await world.store.get(memberships, membershipId(place, account.id)))?.doc;
	return membership?.state === "joined" ? membership : undefined;
}

/** The highest role of an account in a group or in one of its channels. */
export async function roleIn(
	world: Reader,
	group: Group,
	channel: Channel | undefined,
	account: Account,
): Promise<Role | undefined> {
	if (group.owner === account.id) return "owner";
	const held = [await joined(world, group.id, account), channel && (await joined(world, channel.id, account))].flatMap(
		(m) => (m ? [m.role] : []),
	);
	return roles.find((role) => held.includes(role));
}
