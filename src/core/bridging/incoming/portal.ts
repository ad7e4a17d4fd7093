import { changePortal } from "../portals/change-portal.ts";
import { portalByRoom } from "../portals/find-portal.ts";
import { ignored, type Receiver, resolved } from "./batch.ts";

/** The room's side of a link has changed: the room has consented, can't be reached, or was closed. */
export const receivePortal: Receiver<"portal"> = async (batch, _sender, event) => {
	const portal = await portalByRoom(batch.context, batch.bridge, event.room);
	if (portal === undefined) return ignored("unknown-place");
	await batch.flush();
	await changePortal(batch.context, portal.id, event.state, event.reason);
	return resolved({ status: "accepted" });
};
