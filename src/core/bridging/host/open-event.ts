import { accountById } from "../../accounts/find-account.ts";
import type { CoreContext } from "../../events/context.ts";
import { eventByName } from "../../events/epochs.ts";
import type { AccountId, BridgeName } from "../../ids.ts";
import { messageOf } from "../../messages/message-of-event.ts";
import type { Delivery } from "../../ports/bridge/delivery.ts";
import type { HostMessages } from "../../ports/bridge/messages.ts";
import type { Requester } from "../../ports/bridge/requester.ts";
import type { LogEvent } from "../../ports/store.ts";
import { prepare } from "../outgoing/prepare.ts";
import { maySeeEvent } from "./event-readers.ts";
import { messageWithOpenPlace } from "./open-place.ts";

/** Reads an event as a delivery, if anyone, or `reader`, may see it now. */
export function createOpenEvents(context: CoreContext, bridge: BridgeName): HostMessages["openEvent"] {
	return async (id, reader) => {
		const event = await eventByName(context, id);
		if (event === undefined) return undefined;
		const prepared = (await prepare(context, bridge, event))?.content;
		if (prepared !== undefined && (await maySeeEvent(context, { bridge, event, prepared }, reader)))
			return { ...prepared, reach: { bridge, target: "", lane: "" } } as Delivery;
		return (await isGone(context, event, reader)) ? "gone" : undefined;
	};
}

/** Whether an event could be seen as long as its message, or the account that it describes, was there. */
async function isGone(context: CoreContext, event: LogEvent, reader: Requester | undefined): Promise<boolean> {
	if (event.type === "account.updated")
		return (await accountById(context, event.actor as AccountId))?.deletedAt !== undefined;
	const message = messageOf(event);
	const found = message === undefined ? undefined : await messageWithOpenPlace(context, message, reader);
	return found?.message.deletedAt !== undefined;
}
