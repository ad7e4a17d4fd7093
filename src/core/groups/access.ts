import type { Account } from "../accounts/account.ts";
import { isLocal } from "../accounts/account.ts";
import { NotFound, PermissionDenied } from "../errors.ts";
import { type ChannelId, type GroupId, parseId } from "../ids.ts";
import type { World } from "../world.ts";
import { type Channel, channels } from "./channel.ts";
import { type Group, groups, type Permissions, type Role, roles } from "./group.ts";
import { type Membership, membershipId, memberships } from "./membership.ts";
import { tiers } from "./tiers.ts";

type Reader = Pick<World, "store">;

/** A channel with the group that it is in: what every decision about it needs. */
export interface Place {
	readonly channel: Channel;
	readonly group: Group;
}

export async function placeOf(world: Reader, id: ChannelId): Promise<Place | undefined> {
	const channel = (await world.store.get(channels, id))?.doc;
	if (channel === undefined) return undefined;
	const group = (await world.store.get(groups, channel.group))?.doc;
	return group === undefined ? undefined : { channel, group };
}

/** The membership of somebody in a group or channel, if they are in it now. */
export async function joined(
	world: Reader,
	place: GroupId | ChannelId,
	account: Account,
): Promise<Membership | undefined> {
	const membership = (await world.store.get(memberships, membershipId(place, account.id)))?.doc;
	return membership?.state === "joined" ? membership : undefined;
}

/**
 * Who may read a channel: the one function that decides it (design §9 rule 4). Every surface asks here: timelines, single
 * messages, live events (again for each), pages, bridges.
 *
 * @param reader undefined: nobody in particular
 */
export async function canRead(world: Reader, { channel, group }: Place, reader: Account | undefined): Promise<boolean> {
	// What people elsewhere wrote is shown to our own people, not republished to everybody.
	if (channel.shadow === true) return reader !== undefined && isLocal(reader);
	// What does not leave the provider does not leave it through a member who lives elsewhere.
	if (reader !== undefined && !isLocal(reader) && !canFederate(channel)) return false;
	switch (tiers[channel.tier].rules.read) {
		case "anyone":
			return true;
		case "group":
			return reader !== undefined && (await roleIn(world, group, undefined, reader)) !== undefined;
		case "channel":
			return reader !== undefined && (await joined(world, channel.id, reader)) !== undefined;
	}
}

/** What may leave the provider: the one function that decides it. A shadow's home is the only one that is sent anything of it. */
export const canFederate = (channel: Channel): boolean => tiers[channel.tier].rules.federate;

/** The channel, if `reader` may read it. @throws {NotFound} the same for what does not exist and for what may not be seen */
export async function readableChannel(
	world: Reader,
	group: string,
	channel: string,
	reader: Account | undefined,
): Promise<Place> {
	const id = parseId("chn", channel);
	const place = id === undefined ? undefined : await placeOf(world, id);
	if (place === undefined || place.group.id !== group || !(await canRead(world, place, reader))) throw new NotFound();
	return place;
}

/** The highest role that somebody has in a group, or in one of its channels. */
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

/** True when whoever has `role` may do what `allowed` lists: a higher role may do what a lower one may (OFSCP §5.2). */
function includes(allowed: readonly (Role | "anyone")[], role: Role | undefined): boolean {
	if (allowed.includes("anyone")) return true;
	if (role === undefined) return false;
	const rank = roles.indexOf(role);
	return allowed.some((other) => other !== "anyone" && rank <= roles.indexOf(other));
}

/**
 * True when somebody may do this in a channel. People of other networks need no membership where anyone may join: they
 * come through a linked room or answer what was sent to them, and joining would only be a formality.
 */
export async function may(
	world: Reader,
	action: keyof Permissions,
	{ channel, group }: Place,
	account: Account,
): Promise<boolean> {
	const allowed = channel.permissions?.[action] ?? group.permissions[action];
	if (includes(allowed, await roleIn(world, group, channel, account))) return true;
	if (channel.shadow === true && action === "reply") return isLocal(account);
	const isVisitor =
		!isLocal(account) && group.joinPolicy === "open" && group.personal === undefined && canFederate(channel);
	return isVisitor && includes(allowed, "member");
}

/** @throws {PermissionDenied} */
export async function assertMay(
	world: Reader,
	action: keyof Permissions,
	place: Place,
	account: Account,
): Promise<void> {
	if (!(await may(world, action, place, account))) throw new PermissionDenied(`You may not ${action} here`);
}

/**
 * Somebody of another provider says something only where they have joined; our own people need no more than the permission.
 *
 * @throws {PermissionDenied} `not_joined`
 */
export async function assertTakesPart(world: Reader, { channel }: Place, account: Account): Promise<void> {
	if (isLocal(account) || (await joined(world, channel.id, account)) !== undefined) return;
	throw new PermissionDenied("Join this channel first", "not_joined");
}
