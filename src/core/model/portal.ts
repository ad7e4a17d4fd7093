import type { AccountId, BridgeName, ChannelId, GroupId, PortalId } from "../ids.ts";
import type { Reach } from "./reach.ts";

/** `waiting` for the room's consent, `active`, `degraded` (the room can't be reached), or `closed` (unlinked). */
export type PortalState = "waiting" | "active" | "degraded" | "closed";

/** A channel's counterpart on another network: a linked room. */
export interface Portal {
	readonly id: PortalId;
	readonly bridge: BridgeName;
	readonly group: GroupId;
	readonly channel: ChannelId;
	/** The other network's id of the room. */
	readonly room: string;
	readonly reach: Reach;
	readonly state: PortalState;
	readonly reason?: string;
	readonly linkedBy: AccountId;
	readonly createdAt: number;
}
