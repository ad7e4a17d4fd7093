import type { Portal } from "../../model/portal.ts";

/** A room on the bridge's network that is linked to one of our channels, or waits to be. */
export interface LinkedRoom
	extends Pick<Portal, "id" | "bridge" | "channel" | "room" | "state" | "reason" | "linkedBy" | "moderation"> {
	/** The short code by which the room's side names the link when it agrees to it. */
	readonly code: string;
}

/** The open links of this bridge. */
export interface HostPortals {
	/** All of them, oldest first. */
	all(): Promise<readonly LinkedRoom[]>;
	/** The active link of a room, if there is one, else one of its other links. */
	byRoom(room: string): Promise<LinkedRoom | undefined>;
	/** All links of a room: the active one, degraded ones, then those that wait, oldest first. */
	ofRoom(room: string): Promise<readonly LinkedRoom[]>;
}
