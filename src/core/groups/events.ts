import type { AccountId, GroupId } from "../ids.ts";
import type { NewChannel } from "../model/channel.ts";
import type { Group } from "../model/group.ts";

/** Streams: the group's id, or for a personal group that of the account. */
export interface GroupEvents {
	"group.created": { readonly group: Omit<Group, "createdAt" | "updatedAt">; readonly fingerprint?: string };
	"group.changed": { readonly group: GroupId } & GroupChange;
	"channel.created": { readonly channel: NewChannel; readonly fingerprint?: string };
}

/** What changes in a group; absent members stay as they are. */
export interface GroupChange {
	/** The new owner; an offer and the archiving of the group end with it. */
	readonly owner?: AccountId;
	/** The former owner, who becomes an admin; absent if the account was deleted. */
	readonly former?: AccountId;
	readonly offer?: NonNullable<Group["offer"]>;
	readonly archived?: true;
}

declare module "../events/event.ts" {
	interface EventBodies extends GroupEvents {}
}
