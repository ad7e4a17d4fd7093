import type { FoldTable } from "../events/folds.ts";
import { channels } from "../groups/channel.ts";
import { groups } from "../groups/group.ts";
import type { Fold } from "../ports/store.ts";
import { type Account, accounts } from "./account.ts";
import type { AccountEvents } from "./events.ts";

export const accountFolds: FoldTable<AccountEvents> = {
	"account.created": ({ body, at }) => {
		const dated = { createdAt: at, updatedAt: at };
		return [
			{ collection: accounts, id: body.account.id, fresh: true, next: () => ({ ...body.account, ...dated }) },
			{ collection: groups, id: body.group.id, fresh: true, next: () => ({ ...body.group, ...dated }) },
			{ collection: channels, id: body.timeline.id, fresh: true, next: () => ({ ...body.timeline, ...dated }) },
		];
	},
	"account.updated": ({ body, at }) => [
		{
			collection: accounts,
			id: body.account,
			next: (now) => (now === undefined ? undefined : { ...now, ...body.changes, updatedAt: at }),
		} satisfies Fold<Account>,
	],
	"account.deleted": ({ body, at }) => [
		{
			collection: accounts,
			id: body.account,
			next: (now) =>
				now === undefined ? undefined : { ...now, profile: { displayName: "" }, updatedAt: at, deletedAt: at },
		} satisfies Fold<Account>,
	],
};
