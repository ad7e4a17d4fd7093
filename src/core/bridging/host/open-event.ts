import type { CoreContext } from "../../events/context.ts";
import { eventByName } from "../../events/epochs.ts";
import type { BridgeName } from "../../ids.ts";
import type { Delivery } from "../../ports/bridge/delivery.ts";
import type { HostMessages } from "../../ports/bridge/messages.ts";
import { prepare } from "../outgoing/prepare.ts";
import { messageWithOpenPlace, openPlace } from "./open-place.ts";

/** Reads an event as a delivery, if anyone, or `reader`, may read its subject now. */
export function createOpenEvents(context: CoreContext, bridge: BridgeName): HostMessages["openEvent"] {
	return async (id, reader) => {
		const event = await eventByName(context, id);
		const prepared = event === undefined ? undefined : (await prepare(context, bridge, event))?.content;
		if (prepared === undefined || !("channel" in prepared)) return undefined;
		const shown =
			"subject" in prepared
				? await messageWithOpenPlace(context, prepared.subject.message.id, reader)
				: await openPlace(context, prepared, reader);
		if (shown === undefined) return undefined;
		return { ...prepared, reach: { bridge, target: "", lane: "" } } as Delivery;
	};
}
