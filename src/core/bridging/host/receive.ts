import { Unavailable } from "../../errors.ts";
import type { BridgeName } from "../../ids.ts";
import type { BridgeHost } from "../../ports/bridge/host.ts";
import { StoreUnavailable } from "../../ports/store.ts";
import type { Incoming } from "../incoming/receive.ts";

/** Receives events of one bridge. @param incoming a function, since it is created after the bridges */
export function createReceive(incoming: () => Incoming, bridge: BridgeName): BridgeHost["receive"] {
	return async (events) => {
		try {
			return await incoming().receive(bridge, events);
		} catch (error) {
			if (error instanceof StoreUnavailable) throw new Unavailable("Nothing can be stored now", 5, error);
			throw error;
		}
	};
}
