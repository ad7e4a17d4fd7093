import type { ChannelId, PortalId } from "../../ids.ts";
import type { Moderation, Portal, PortalState } from "../../model/portal.ts";
import type { Reach } from "../../model/reach.ts";

/** Streams: the channel's id. */
export interface PortalEvents {
	/** `consented`: the operator has consented on behalf of the room, so that the room need not be asked. */
	"portal.linked": { readonly portal: Omit<Portal, "createdAt">; readonly consented: boolean };
	"portal.changed": {
		readonly portal: PortalId;
		readonly channel: ChannelId;
		readonly state: PortalState;
		readonly reason?: string;
		/** What the room has agreed to with this change; absent: what it was. */
		readonly moderation?: Moderation;
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

declare module "../../events/event.ts" {
	interface EventBodies extends PortalEvents {}
}
