import type { AccountId, GroupId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { NewChannel } from "../model/channel.ts";
import type { Expulsion } from "../model/expulsion.ts";
import type { Group, JoinPolicy } from "../model/group.ts";

/** Streams: the account's own id. */
export interface AccountEvents {
	/** An account, its personal group and that group's channels. */
	"account.created": {
		readonly account: Omit<Account, "createdAt" | "updatedAt">;
		readonly group: Omit<Group, "createdAt" | "updatedAt">;
		readonly timeline: NewChannel;
		/** Absent in events of earlier versions; the channel was then added by a `channel.created`. */
		readonly followers?: NewChannel;
	};
	/** The fields that have changed. */
	"account.updated": {
		readonly account: AccountId;
		readonly changes: Partial<
			Pick<
				Account,
				"profile" | "reach" | "kind" | "bridgeable" | "origin" | "handle" | "roads" | "isProven" | "mergedInto"
			>
		>;
		/** The new join policy of the personal group: whether followers are accepted automatically or one by one. */
		readonly personal?: { readonly group: GroupId; readonly joinPolicy: JoinPolicy };
	};
	/** The account's ghost was removed from a linked room. */
	"account.expelled": { readonly expulsion: Omit<Expulsion, "id" | "at"> };
	"account.deleted": { readonly account: AccountId };
}

declare module "../events/event.ts" {
	interface EventBodies extends AccountEvents {}
}
