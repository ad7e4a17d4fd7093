import { changePortal } from "../portals/change-portal.ts";
import { portalByRoom } from "../portals/find-portal.ts";
import { ended, ignored, type Receiver } from "./intake.ts";

/** The room's side of a link changed: it agreed, was lost, or went away. */
export const receivePortal: Receiver<"portal"> = async (intake, _sender, event) => {
	const portal = await portalByRoom(intake.world, intake.bridge, event.room);
	if (portal === undefined) return ignored("unknown-place");
	await intake.flush();
	await changePortal(intake.world, portal.id, event.state, event.reason);
	return ended({ status: "accepted" });
};
