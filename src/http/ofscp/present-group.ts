import { isOpen, type PlaceWithCircle } from "#core/access/circle.ts";
import { addressById } from "#core/accounts/find-account.ts";
import type { World } from "#core/events/world.ts";
import type { Group } from "#core/model/group.ts";
import type { Membership } from "#core/model/membership.ts";
import type { Portal } from "#core/model/portal.ts";
import { timeOf } from "../base/time.ts";
import { channelUrl } from "../base/urls.ts";

/** A group (OFSCP §5.2) with the channels that the caller may see. */
export async function presentGroup(world: World, group: Group, channels: readonly PlaceWithCircle[]) {
	return {
		id: group.id,
		name: group.name,
		...(group.description === "" ? {} : { description: group.description }),
		owner: await addressById(world, group.owner),
		joinPolicy: group.joinPolicy,
		permissionModel: "inherit",
		permissions: group.permissions,
		channels: channels.map((channel) => presentChannel(world, channel)),
		createdAt: timeOf(group.createdAt),
		updatedAt: timeOf(group.updatedAt),
	};
}

/** A channel (OFSCP §5.2); `discoverability` and `tier` are the same thing in the seed and in its later revisions. */
export function presentChannel(world: Pick<World, "origin" | "domain">, { channel, circle }: PlaceWithCircle) {
	return {
		id: channel.id,
		groupId: channel.group,
		name: channel.name,
		handle: channel.handle,
		type: channel.type,
		discoverability: channel.tier,
		tier: channel.tier,
		...(channel.topic === "" ? {} : { topic: channel.topic }),
		tags: channel.tags,
		allowedTypes: channel.allowedTypes,
		...(channel.permissions === undefined ? {} : { permissions: channel.permissions }),
		metadata: {},
		...(isOpen(circle) ? { url: channelUrl(world, channel) } : {}),
		createdAt: timeOf(channel.createdAt),
		updatedAt: timeOf(channel.updatedAt),
	};
}

/** Somebody's membership of a group or channel. */
export async function presentMember(world: World, membership: Membership) {
	const { account, role, state, since } = membership;
	return { user: await addressById(world, account), role, state, since: timeOf(since) };
}

/** A channel's link to a room elsewhere (wire.md, "Bridges"). */
export const presentPortal = ({ id, bridge, channel, room, state, reason }: Portal) => ({
	id,
	bridge,
	channel,
	room,
	state,
	...(reason === undefined ? {} : { reason }),
});
