import { z } from "zod";
import { isOpen, type PlaceWithCircle } from "#core/access/circle.ts";
import { addressById } from "#core/accounts/find-account.ts";
import type { CoreContext } from "#core/events/context.ts";
import { type Group, joinPolicies, roles } from "#core/model/group.ts";
import type { Membership } from "#core/model/membership.ts";
import { messageTypes } from "#core/model/message.ts";
import type { Wire } from "../base/answers.ts";
import { time, timeOf } from "../base/time.ts";
import { channelUrl } from "../base/urls.ts";
import { address, channelId, groupId } from "./ids.ts";
import { metadata } from "./present-message.ts";

const posting = z.array(z.enum([...roles, "anyone"]));
const permissions = z
	.strictObject({ post: posting, reply: posting, moderate: posting })
	.meta({ id: "Permissions", description: "The roles that may perform each action; higher roles may, too." });

/** `{}` without metadata, as in the seed's examples. */
const placeMetadata = z.union([z.array(metadata), z.strictObject({})]);

/** A channel (OFSCP §5.2); the seed's `discoverability` is called `tier` in later revisions. */
export const wireChannel = z
	.strictObject({
		id: channelId,
		groupId,
		name: z.string(),
		handle: z.string().optional().meta({ description: "Its handle as an ActivityPub actor, if the channel is open." }),
		type: z.literal("text"),
		discoverability: z.string(),
		tier: z.string().meta({ description: "The id of a tier from `/api/tiers`." }),
		topic: z.string().optional(),
		tags: z.array(z.string()),
		allowedTypes: z.array(z.enum(messageTypes)),
		permissions: permissions
			.partial()
			.optional()
			.meta({ description: "The permissions that differ from the group's." }),
		metadata: placeMetadata,
		url: z.string().optional().meta({ description: "The URL of its page, if the channel is open." }),
		createdAt: time,
		updatedAt: time,
	})
	.meta({ id: "Channel", description: "A channel of a group (OFSCP §5.2)." });

export const wireGroup = z
	.strictObject({
		id: groupId,
		name: z.string(),
		description: z.string().optional(),
		owner: address,
		joinPolicy: z.enum(joinPolicies),
		permissionModel: z.literal("inherit"),
		permissions,
		archived: z.literal(true).optional().meta({ description: "Present if the group can only be read." }),
		metadata: placeMetadata,
		channels: z.array(wireChannel).meta({ description: "The channels that the caller may see." }),
		createdAt: time,
		updatedAt: time,
	})
	.meta({ id: "Group", description: "A group (OFSCP §5.2)." });

export const wireMember = z
	.strictObject({
		user: address,
		role: z.enum(roles),
		state: z.enum(["requested", "joined", "left", "denied"]),
		since: time,
	})
	.meta({ id: "Member", description: "A person's membership of a group or channel." });

/** A group with the channels that the caller may see. */
export async function presentGroup(
	context: CoreContext,
	group: Group,
	channels: readonly PlaceWithCircle[],
): Promise<Wire<typeof wireGroup>> {
	return {
		id: group.id,
		name: group.name,
		...(group.description === "" ? {} : { description: group.description }),
		owner: await addressById(context, group.owner),
		joinPolicy: group.joinPolicy,
		permissionModel: "inherit",
		permissions: group.permissions,
		...(group.archived === undefined ? {} : { archived: group.archived }),
		metadata: group.metadata ?? {},
		channels: channels.map((place) => presentChannel(context, place)),
		createdAt: timeOf(group.createdAt),
		updatedAt: timeOf(group.updatedAt),
	};
}

export function presentChannel(
	context: Pick<CoreContext, "origin" | "domain">,
	{ channel, circle }: PlaceWithCircle,
): Wire<typeof wireChannel> {
	return {
		id: channel.id,
		groupId: channel.group,
		name: channel.name,
		...(channel.handle === undefined ? {} : { handle: channel.handle }),
		type: channel.type,
		discoverability: channel.tier,
		tier: channel.tier,
		...(channel.topic === "" ? {} : { topic: channel.topic }),
		tags: channel.tags,
		allowedTypes: channel.allowedTypes,
		...(channel.permissions === undefined ? {} : { permissions: channel.permissions }),
		metadata: channel.metadata ?? {},
		...(isOpen(circle) ? { url: channelUrl(context, channel) } : {}),
		createdAt: timeOf(channel.createdAt),
		updatedAt: timeOf(channel.updatedAt),
	};
}

export async function presentMember(context: CoreContext, membership: Membership): Promise<Wire<typeof wireMember>> {
	const { account, role, state, since } = membership;
	return { user: await addressById(context, account), role, state, since: timeOf(since) };
}
