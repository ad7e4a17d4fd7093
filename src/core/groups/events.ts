import type { Channel } from "../model/channel.ts";
import type { Group } from "../model/group.ts";

/** Streams: the group's id (of personal groups: the account's). */
export interface GroupEvents {
	"group.created": { readonly group: Omit<Group, "createdAt" | "updatedAt">; readonly fingerprint?: string };
	"channel.created": { readonly channel: Omit<Channel, "createdAt" | "updatedAt">; readonly fingerprint?: string };
}

declare module "../events/event.ts" {
	interface EventBodies extends GroupEvents {}
}
