import type { AccountId, GroupId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { NewChannel } from "../model/channel.ts";
import type { Group, JoinPolicy } from "../model/group.ts";

/** Streams: the account's own id. */
export interface AccountEvents {
	/** An account, with its personal group and the channels of that. */
	"account.created": {
		readonly account: Omit<Account, "createdAt" | "updatedAt">;
		readonly group: Omit<Group, "createdAt" | "updatedAt">;
		readonly timeline: NewChannel;
		/** Absent in events of before there was one; `channel.created` has brought it since. */
		readonly followers?: NewChannel;
	};
	/** The fields that changed. */
	"account.updated": {
		readonly account: AccountId;
		readonly changes: Partial<Pick<Account, "profile" | "reach" | "kind" | "bridgeable" | "origin">>;
		/** Followers are accepted at once, or one by one. */
		readonly personal?: { readonly group: GroupId; readonly joinPolicy: JoinPolicy };
	};
	"account.deleted": { readonly account: AccountId };
}

declare module "../events/event.ts" {
	interface EventBodies extends AccountEvents {}
}
