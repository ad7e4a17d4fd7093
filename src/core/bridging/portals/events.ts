import type { ChannelId, PortalId } from "../../ids.ts";
import type { PortalState, Reach } from "../../ports/bridge.ts";
import type { Portal } from "./portal.ts";

/** Streams: the channel's id. */
export interface PortalEvents {
	/** `consented`: the room's side need not be asked, the operator has spoken for both. */
	"portal.linked": { readonly portal: Omit<Portal, "createdAt">; readonly consented: boolean };
	"portal.changed": {
		readonly portal: PortalId;
		readonly channel: ChannelId;
		readonly state: PortalState;
		readonly reason?: string;
		readonly reach: Reach;
		readonly wasActive: boolean;
	};
	"portal.unlinked": {
		readonly portal: PortalId;
		readonly channel: ChannelId;
		readonly room: string;
		readonly reach: Reach;
		readonly wasActive: boolean;
	};
}
