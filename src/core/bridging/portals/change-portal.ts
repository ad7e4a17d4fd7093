import type { CoreContext } from "../../events/context.ts";
import type { PortalId } from "../../ids.ts";
import type { Moderation, Portal, PortalState } from "../../model/portal.ts";
import { activationsOf, portalByRoom } from "./find-portal.ts";
import { activationKey, portals } from "./portal.ts";

/**
 * Changes the state of a link. Decides again after a concurrent change in its channel. A closed link stays closed, and a link does not
 * become active while another link of its room is.
 *
 * @param moderation what the room has agreed to; absent: what it was
 * @returns the link as it is afterwards; `undefined` if there is none
 */
export async function changePortal(
	context: CoreContext,
	id: PortalId,
	state: PortalState,
	reason?: string,
	moderation?: Moderation,
): Promise<Portal | undefined> {
	for (;;) {
		const seen = (await context.store.get(portals, id))?.doc;
		if (seen === undefined) return undefined;
		const after = await context.store.head(seen.channel);
		const portal = (await context.store.get(portals, id))?.doc ?? seen;
		const isSame =
			portal.state === state && portal.reason === reason && (moderation ?? portal.moderation) === portal.moderation;
		if (portal.state === "closed" || isSame) return portal;
		const isActivation = state === "active" && portal.state !== "active";
		// Counted first: if another link becomes active after that, the natural key is a duplicate.
		const natural = isActivation ? await nextActivation(context, portal) : undefined;
		if (isActivation && natural === undefined) return portal;
		const appended = await context.log.append(
			{
				stream: portal.channel,
				type: "portal.changed",
				actor: portal.linkedBy,
				...(natural === undefined ? {} : { natural }),
				body: {
					portal: id,
					channel: portal.channel,
					state,
					...(reason === undefined ? {} : { reason }),
					...(moderation === undefined ? {} : { moderation }),
					reach: portal.reach,
					wasActive: portal.state === "active",
				},
			},
			{ after },
		);
		if (appended.outcome === "appended") return (await context.store.get(portals, id))?.doc;
	}
}

/** The natural key of the room's next activation; `undefined`: another link of the room is active. */
async function nextActivation(context: CoreContext, { bridge, room }: Portal): Promise<string | undefined> {
	const activations = await activationsOf(context, bridge, room);
	const active = await portalByRoom(context, bridge, room);
	return active?.state === "active" ? undefined : activationKey(bridge, room, activations);
}
