import { accountById } from "../../accounts/find-account.ts";
import type { CoreContext } from "../../events/context.ts";
import { channelsOf } from "../../groups/channel.ts";
import { isOfTerm, membershipOf } from "../../groups/membership.ts";
import { type Place, placeOf } from "../../groups/place.ts";
import { parseId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { PlaceId } from "../../model/membership.ts";
import type { Portal } from "../../model/portal.ts";
import type { Reach } from "../../model/reach.ts";
import { targetOf } from "../audience.ts";
import { portalsOfChannel, portalsOfRoom } from "../portals/find-portal.ts";

type Reader = Pick<CoreContext, "store">;

/** A link that waits for the room's consent, perhaps a stranger's, has brought no ghost into the room. */
const hasGhosts = ({ state }: Portal): boolean => state !== "waiting";

/**
 * The rooms in which an account that leaves a place may have a ghost: those that are linked to the channel, or to any channel of the
 * group. Whether its ghost is there, the room's bridge knows.
 */
export async function roomsLeft(context: Reader, place: PlaceId, account: Account): Promise<readonly Reach[]> {
	// The deletion of an account is delivered to every room that its ghost is in.
	if (account.deletedAt !== undefined) return [];
	const found = new Map<string, Reach>();
	for await (const channel of channelsIn(context, place))
		for (const portal of await portalsOfChannel(context, channel))
			if (hasGhosts(portal) && portal.bridge !== account.origin?.bridge)
				found.set(targetOf(portal.reach), portal.reach);
	return [...found.values()];
}

async function* channelsIn(context: Reader, place: PlaceId): AsyncGenerator<PlaceId> {
	const group = parseId("grp", place);
	if (group === undefined) yield place;
	else for await (const { id } of channelsOf(context, group)) yield id;
}

/** True if an account is in a channel that is linked to a room: it has joined another one, or has come back while its departure waited. */
export async function isStillInRoom(context: Reader, account: Account, { bridge, target }: Reach): Promise<boolean> {
	const now = await accountById(context, account.id);
	// Accounts of one person have one ghost.
	const merged = now?.mergedInto === undefined ? undefined : await accountById(context, now.mergedInto);
	for (const portal of (await portalsOfRoom(context, bridge, target)).filter(hasGhosts)) {
		const place = await placeOf(context, portal.channel);
		if (place === undefined) continue;
		for (const person of merged === undefined ? [account] : [account, merged])
			if (await isIn(context, place, person)) return true;
	}
	return false;
}

/** True for the owner and for members of a channel. Members of its group are in it, unless they have left it since they joined the group. */
async function isIn(context: Reader, { channel, group }: Place, account: Account): Promise<boolean> {
	if (group.owner === account.id) return true;
	const inChannel = await membershipOf(context, channel.id, account);
	if (channel.kind !== "room") return inChannel?.state === "joined";
	const inGroup = await membershipOf(context, group.id, account);
	const counts = inChannel !== undefined && isOfTerm(inChannel, inGroup) ? inChannel : inGroup;
	return counts?.state === "joined";
}
