import type { World } from "../../events/world.ts";
import type { BridgeName } from "../../ids.ts";
import type { Delivery } from "../../ports/bridge/delivery.ts";
import type { HostMessages } from "../../ports/bridge/messages.ts";
import { prepare } from "../outgoing/prepare.ts";
import { messageWithOpenPlace, openPlace } from "./open-place.ts";

/** Reads an event as a delivery, if anyone may read its subject now. */
export function createOpenEvents(world: World, bridge: BridgeName): HostMessages["openEvent"] {
	return async (id) => {
		const event = await world.store.event(id);
		const prepared = event === undefined ? undefined : await prepare(world, bridge, event);
		if (prepared === undefined || !("channel" in prepared)) return undefined;
		const shown =
			"subject" in prepared
				? await messageWithOpenPlace(world, prepared.subject.message.id)
				: await openPlace(world, prepared);
		if (shown === undefined) return undefined;
		return { ...prepared, reach: { bridge, target: "", lane: "" } } as Delivery;
	};
}
