import type { CoreContext } from "../../events/context.ts";
import type { PortalId } from "../../ids.ts";
import type { Portal, PortalState } from "../../model/portal.ts";
import { portals } from "./portal.ts";

/** Changes the state of a link. Decides again after a concurrent change in its channel. A closed link stays closed. */
export async function changePortal(
	context: CoreContext,
	id: PortalId,
	state: PortalState,
	reason?: string,
): Promise<Portal | undefined> {
	for (;;) {
		const seen = (await context.store.get(portals, id))?.doc;
		if (seen === undefined) return undefined;
		const after = await context.store.head(seen.channel);
		const portal = (await context.store.get(portals, id))?.doc ?? seen;
		if (portal.state === "closed" || (portal.state === state && portal.reason === reason)) return portal;
		const appended = await context.log.append(
			{
				stream: portal.channel,
				type: "portal.changed",
				actor: portal.linkedBy,
				body: {
					portal: id,
					channel: portal.channel,
					state,
					...(reason === undefined ? {} : { reason }),
					reach: portal.reach,
					wasActive: portal.state === "active",
				},
			},
			{ after },
		);
		if (appended.outcome === "appended") return (await context.store.get(portals, id))?.doc;
	}
}
