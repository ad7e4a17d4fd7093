import type { AccountId, GroupId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Channel } from "../model/channel.ts";
import type { Group, JoinPolicy } from "../model/group.ts";

/** Streams: the account's own id. */
export interface AccountEvents {
	/** Somebody is known from now on, with their personal group and its timeline. */
	"account.created": {
		readonly account: Omit<Account, "createdAt" | "updatedAt">;
		readonly group: Omit<Group, "createdAt" | "updatedAt">;
		readonly timeline: Omit<Channel, "createdAt" | "updatedAt">;
	};
	/** The fields that changed. */
	"account.updated": {
		readonly account: AccountId;
		readonly changes: Partial<Pick<Account, "profile" | "reach" | "kind" | "bridgeable" | "origin">>;
		/** Who wants to follow is let in at once, or one by one. */
		readonly personal?: { readonly group: GroupId; readonly joinPolicy: JoinPolicy };
	};
	"account.deleted": { readonly account: AccountId };
}

declare module "../events/event.ts" {
	interface EventBodies extends AccountEvents {}
}
