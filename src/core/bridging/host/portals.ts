import type { CoreContext } from "../../events/context.ts";
import type { BridgeName } from "../../ids.ts";
import type { HostPortals } from "../../ports/bridge/portals.ts";
import { portalByRoom, portalsOfBridge } from "../portals/find-portal.ts";

/** Gives a bridge access to its open links. */
export const createHostPortals = (context: Pick<CoreContext, "store">, bridge: BridgeName): HostPortals => ({
	all: () => portalsOfBridge(context, bridge),
	byRoom: (room) => portalByRoom(context, bridge, room),
});
