import type { NewChannel } from "../model/channel.ts";
import type { Group } from "../model/group.ts";

/** Streams: the group's id, or for a personal group that of the account. */
export interface GroupEvents {
	"group.created": { readonly group: Omit<Group, "createdAt" | "updatedAt">; readonly fingerprint?: string };
	"channel.created": { readonly channel: NewChannel; readonly fingerprint?: string };
}

declare module "../events/event.ts" {
	interface EventBodies extends GroupEvents {}
}
