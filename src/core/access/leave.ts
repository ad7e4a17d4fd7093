import { Conflict, NotFound } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { endInChannels } from "../groups/end-in-channels.ts";
import { groups } from "../groups/group.ts";
import { hasEnded, membershipOf, requestOf } from "../groups/membership.ts";
import { changeMembership } from "../groups/membership-change.ts";
import { type Place, placeOf } from "../groups/place.ts";
import { parseId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { isTimeline } from "../model/channel.ts";
import type { Group } from "../model/group.ts";
import { membersOf } from "./join-channel.ts";
import { readableChannel } from "./readable-place.ts";
import { visibleGroup } from "./visible-group.ts";

/** Ends a membership of a channel, or of a group and with it of all its channels. Idempotent. @throws {Conflict} `owner_leaves` */
export async function leave(
	context: CoreContext,
	place: Place | { readonly group: Group; readonly channel?: undefined },
	account: Account,
): Promise<void> {
	const { group, channel } = place;
	if (group.owner === account.id && (channel === undefined || isTimeline(channel)))
		throw new Conflict("owner_leaves", "The owner can't leave their own group");
	await changeMembership(context, channel === undefined ? group.id : membersOf(channel), account, (now) =>
		now === undefined || hasEnded(now) ? undefined : { state: "left", ...requestOf(now) },
	);
	if (channel === undefined) await endInChannels(context, group.id, account);
}

/**
 * The group that an account wants to leave: one that it sees, or that it was a member of, so that leaving can be repeated.
 *
 * @throws {NotFound}
 */
export async function groupToLeave(context: CoreContext, id: string, account: Account): Promise<Group> {
	const known = parseId("grp", id);
	const group = known === undefined ? undefined : (await context.store.get(groups, known))?.doc;
	if (group === undefined) throw new NotFound();
	const isKnownThere = (await membershipOf(context, group.id, account)) !== undefined;
	return isKnownThere ? group : (await visibleGroup(context, id, account)).group;
}

/** Like {@link groupToLeave}, for a channel. @throws {NotFound} */
export async function placeToLeave(
	context: CoreContext,
	group: string,
	channel: string,
	account: Account,
): Promise<Place> {
	const id = parseId("chn", channel);
	const place = id === undefined ? undefined : await placeOf(context, id);
	if (place === undefined || place.group.id !== group) throw new NotFound();
	const isKnownThere = (await membershipOf(context, membersOf(place.channel), account)) !== undefined;
	return isKnownThere ? place : readableChannel(context, group, channel, account);
}
