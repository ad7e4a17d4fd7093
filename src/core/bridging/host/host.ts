import type { CoreContext } from "../../events/context.ts";
import type { PausedLanes } from "../../events/paused-lanes.ts";
import type { BridgeName } from "../../ids.ts";
import type { BridgeHost } from "../../ports/bridge/host.ts";
import type { Sealing } from "../../vault.ts";
import type { Incoming } from "../incoming/receive.ts";
import { deliveryLane } from "../outgoing/delivery.ts";
import { createBridgeState } from "../state.ts";
import { createHostMessages } from "./messages.ts";
import { createHostPeople } from "./people.ts";
import { createHostPortals } from "./portals.ts";
import { createReceive } from "./receive.ts";

/** The dependencies of a bridge's host. */
export interface HostParts extends Pick<BridgeHost, "http" | "socket" | "limits" | "report"> {
	readonly bridge: BridgeName;
	readonly context: CoreContext;
	readonly incoming: () => Incoming;
	readonly pausedLanes: Pick<PausedLanes, "heardFromAll">;
	/** Encrypts the bridge's secrets. */
	readonly sealing: Sealing;
	readonly instance: BridgeHost["about"]["instance"];
	readonly authorizedFetch: boolean;
}

/** Creates the host of one bridge. */
export function createBridgeHost(parts: HostParts): BridgeHost {
	const { bridge, context, incoming, sealing, pausedLanes, instance, authorizedFetch, http, socket, limits, report } =
		parts;
	const { origin, domain, clock, logger, text } = context;
	return {
		about: { bridge, origin, domain, authorizedFetch, instance },
		clock,
		logger: logger.child({ bridge }),
		text,
		limits,
		people: createHostPeople(context, bridge),
		messages: createHostMessages(context, bridge),
		portals: createHostPortals(context, bridge),
		state: createBridgeState(context, bridge),
		secrets: createBridgeState(context, `${bridge}!`, sealing),
		http,
		socket,
		receive: createReceive(incoming, bridge),
		heardFrom: (lanes) => pausedLanes.heardFromAll(deliveryLane(lanes)),
		report,
	};
}
