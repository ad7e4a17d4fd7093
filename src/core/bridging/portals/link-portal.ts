import { type PlaceWithCircle, withCircle } from "../../access/circle.ts";
import { assertStillThere, stillThere } from "../../accounts/still-there.ts";
import { Conflict, InvalidRequest } from "../../errors.ts";
import type { CoreContext } from "../../events/context.ts";
import type { Premise } from "../../events/premise.ts";
import { type Place, roleIn } from "../../groups/place.ts";
import { assertManages } from "../../groups/ranks.ts";
import type { BridgeName } from "../../ids.ts";
import { mintId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Portal } from "../../model/portal.ts";
import type { Reach } from "../../model/reach.ts";
import { portalByRoom, portalsOfChannel } from "./find-portal.ts";
import { portals } from "./portal.ts";

/** A link to create. */
export interface NewLink {
	readonly bridge: BridgeName;
	/** The room, as the bridge has resolved it. */
	readonly reach: Reach;
	/** Whether the operator consents on behalf of the room, too. */
	readonly consented: boolean;
}

/** Whether an account may link and unlink a channel: the owner and admins of its group may. */
export async function mayLink(context: CoreContext, actor: Account, { group, channel }: Place): Promise<boolean> {
	const role = await roleIn(context, group, channel, actor);
	return role === "owner" || role === "admin";
}

/** Checks that an account may link and unlink a channel. @returns the premises that it still may @throws {PermissionDenied} */
export const assertLinks = async (context: CoreContext, actor: Account, place: Place): Promise<readonly Premise[]> =>
	(await assertManages(context, place, actor, "Only owners and admins can link rooms")).premises;

/**
 * Checks that a channel can be linked. It must be local and open, since everyone in the linked room can read it.
 *
 * @throws {InvalidRequest} the channel is a shadow
 * @throws {Conflict} `tier_not_federated`
 */
export function assertLinkable({ channel, circle }: PlaceWithCircle): void {
	if (channel.kind === "shadow") throw new InvalidRequest([{ field: "channel", expected: "a local channel" }]);
	if (circle.leaves !== "anywhere")
		throw new Conflict("tier_not_federated", `A channel of tier ${channel.tier} can't be linked: it is not open`);
}

/**
 * Links a channel to a room (wire.md, "Bridges"). The link is `waiting` until the room's side consents, and any number of links may wait
 * for a room. Repeating it returns the existing link; if the operator repeats it, the operator's consent is delivered as well.
 *
 * @throws {PermissionDenied} the account may not link the channel
 * @throws {Unauthenticated} the account was deleted meanwhile; the operator also links channels of deleted accounts
 * @throws {Conflict} `tier_not_federated`, `channel_linked`; `room_linked` if the operator links a room whose link with another channel is active
 */
export async function linkPortal(
	context: CoreContext,
	actor: Account,
	place: Place,
	{ bridge, reach, consented }: NewLink,
): Promise<Portal> {
	const { channel, group } = place;
	assertLinkable(await withCircle(context, place));
	const room = reach.target;
	for (;;) {
		const after = await context.store.head(channel.id);
		const [open] = (await portalsOfChannel(context, channel.id)).filter((portal) => portal.bridge === bridge);
		if (open !== undefined && open.room !== room)
			throw new Conflict("channel_linked", "This channel is linked to another room; unlink that first", {
				existing: open.id,
			});
		if (open !== undefined && (!consented || open.state === "active")) return open;
		if (consented) await assertRoomIsFree(context, bridge, room);
		const portal: Omit<Portal, "createdAt"> = open ?? {
			id: mintId("brg", context.clock.now()),
			bridge,
			group: group.id,
			channel: channel.id,
			room,
			reach,
			state: "waiting",
			linkedBy: actor.id,
		};
		const appended = await context.log.append(
			{ stream: channel.id, type: "portal.linked", actor: actor.id, body: { portal, consented } },
			{ after, premises: consented ? [] : [stillThere(actor), ...(await assertLinks(context, actor, place))] },
		);
		if (appended.outcome === "moved" && !consented) await assertStillThere(context, actor);
		if (appended.outcome === "appended") return open ?? { ...portal, createdAt: appended.event.at };
	}
}

async function assertRoomIsFree(context: CoreContext, bridge: BridgeName, room: string): Promise<void> {
	const active = await portalByRoom(context, bridge, room);
	if (active?.state === "active")
		throw new Conflict("room_linked", `This room is linked to the channel ${active.channel}; unlink that first`);
}

/**
 * Closes a link. No messages are bridged any longer, and its ghosts leave the room. Idempotent.
 *
 * @param place the linked channel, if the account unlinks it by its own standing and not as the operator
 * @throws {PermissionDenied} the account may not unlink the channel
 */
export async function unlinkPortal(
	context: CoreContext,
	actor: Account,
	id: Portal["id"],
	place?: Place,
): Promise<void> {
	for (;;) {
		const seen = (await context.store.get(portals, id))?.doc;
		if (seen === undefined) return;
		const after = await context.store.head(seen.channel);
		const portal = (await context.store.get(portals, id))?.doc ?? seen;
		if (portal.state === "closed") return;
		const appended = await context.log.append(
			{
				stream: portal.channel,
				type: "portal.unlinked",
				actor: actor.id,
				body: {
					portal: id,
					channel: portal.channel,
					room: portal.room,
					reach: portal.reach,
					wasActive: portal.state === "active",
				},
			},
			{ after, premises: place === undefined ? [] : await assertLinks(context, actor, place) },
		);
		if (appended.outcome === "appended") return;
	}
}
