import type { AccountId, BridgeName, ChannelId, GroupId, PortalId } from "../ids.ts";
import type { Reach } from "./reach.ts";

/** `waiting` for the room's consent, `active`, `degraded` (nothing can be bridged for now), or `closed` (unlinked). */
export type PortalState = "waiting" | "active" | "degraded" | "closed";

/** `own`: each side removes messages on its own side. `shared`: the moderators of each side also remove the messages of the other. */
export type Moderation = "own" | "shared";

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
	/** What the room has agreed to; absent: `own`. */
	readonly moderation?: Moderation;
	/** How often the link has become active; absent: never, or before this was counted. */
	readonly activations?: number;
	readonly createdAt: number;
}
