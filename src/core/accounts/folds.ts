import type { FoldTable } from "../events/folds.ts";
import { channels } from "../groups/channel.ts";
import { type Group, groups } from "../groups/group.ts";
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
			next: (now) => (now === undefined ? undefined : { ...now, ...body.changes, updatedAt: later(now, at) }),
		} satisfies Fold<Account>,
		...(body.personal === undefined ? [] : [personalGroup(body.personal, at)]),
	],
	"account.deleted": ({ body, at }) => [
		{
			collection: accounts,
			id: body.account,
			next: (now) =>
				now === undefined
					? undefined
					: { ...now, profile: { displayName: "" }, updatedAt: later(now, at), deletedAt: at },
		} satisfies Fold<Account>,
	],
};

/** Strictly increasing (OFSCP §4.3): two changes in the same millisecond are two versions for those who cache. */
const later = (now: Account, at: number): number => Math.max(at, now.updatedAt + 1);

const personalGroup = (
	{ group, joinPolicy }: NonNullable<AccountEvents["account.updated"]["personal"]>,
	at: number,
): Fold<Group> => ({
	collection: groups,
	id: group,
	next: (now) => (now === undefined ? undefined : { ...now, joinPolicy, updatedAt: at }),
});
