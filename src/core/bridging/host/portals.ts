import type { CoreContext } from "../../events/context.ts";
import type { BridgeName } from "../../ids.ts";
import type { Portal } from "../../model/portal.ts";
import type { HostPortals, LinkedRoom } from "../../ports/bridge/portals.ts";
import { portalByRoom, portalsOfBridge, portalsOfRoom } from "../portals/find-portal.ts";
import { linkCode } from "../portals/link-code.ts";

/** Gives a bridge access to its open links. */
export const createHostPortals = (context: Pick<CoreContext, "store">, bridge: BridgeName): HostPortals => ({
	all: async () => (await portalsOfBridge(context, bridge)).map(withCode),
	async byRoom(room) {
		const portal = await portalByRoom(context, bridge, room);
		return portal && withCode(portal);
	},
	ofRoom: async (room) => (await portalsOfRoom(context, bridge, room)).map(withCode),
});

const withCode = (portal: Portal): LinkedRoom => ({ ...portal, code: linkCode(portal.id) });
