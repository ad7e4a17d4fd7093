import type { Channel } from "./channel.ts";
import type { Group } from "./group.ts";

/** Streams: the group's id (of personal groups: the account's). */
export interface GroupEvents {
	"group.created": { readonly group: Omit<Group, "createdAt" | "updatedAt">; readonly fingerprint?: string };
	"channel.created": { readonly channel: Omit<Channel, "createdAt" | "updatedAt">; readonly fingerprint?: string };
}
