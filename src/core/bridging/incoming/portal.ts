import { changePortal } from "../portals/change-portal.ts";
import { portals } from "../portals/portal.ts";
import { ignored, type Receiver, resolved } from "./batch.ts";

/** The room's side of a link has changed: the room has consented, can't be reached, or was closed. */
export const receivePortal: Receiver<"portal"> = async (batch, _sender, event) => {
	const portal = (await batch.context.store.get(portals, event.portal))?.doc;
	if (portal === undefined || portal.bridge !== batch.bridge || portal.room !== event.room)
		return ignored("unknown-place");
	await batch.flush();
	const { state, reason, moderation } = event;
	const changed = await changePortal(batch.context, portal.id, state, reason, moderation);
	return changed?.state === state ? resolved({ status: "accepted" }) : ignored("not-allowed");
};
