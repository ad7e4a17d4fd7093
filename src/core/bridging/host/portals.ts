import type { World } from "../../events/world.ts";
import type { BridgeName } from "../../ids.ts";
import type { HostPortals } from "../../ports/bridge/portals.ts";
import { portalByRoom, portalsOfBridge } from "../portals/find-portal.ts";

/** Gives a bridge access to its open links. */
export const createHostPortals = (world: Pick<World, "store">, bridge: BridgeName): HostPortals => ({
	all: () => portalsOfBridge(world, bridge),
	byRoom: (room) => portalByRoom(world, bridge, room),
});
