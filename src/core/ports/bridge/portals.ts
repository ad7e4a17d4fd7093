import type { Portal } from "../../model/portal.ts";

/** A room on the bridge's network that is linked to one of our channels. */
export type LinkedRoom = Pick<Portal, "id" | "channel" | "room" | "state">;

/** The open links of this bridge. */
export interface HostPortals {
	/** All of them, oldest first. */
	all(): Promise<readonly LinkedRoom[]>;
	byRoom(room: string): Promise<LinkedRoom | undefined>;
}
