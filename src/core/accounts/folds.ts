import type { FoldTable } from "../events/folds.ts";
import type { Account } from "../model/account.ts";
import type { Expulsion } from "../model/expulsion.ts";
import type { Fold } from "../ports/store.ts";
import { accounts } from "./account.ts";
import type { AccountEvents } from "./events.ts";
import { expulsionOf, expulsions } from "./expulsion.ts";

/** The folds of account events into the account itself. */
export const accountFolds: FoldTable<AccountEvents> = {
	"account.created": ({ body, at }) => [
		{
			collection: accounts,
			id: body.account.id,
			fresh: true,
			next: () => ({ ...body.account, createdAt: at, updatedAt: at }),
		},
	],
	"account.updated": ({ body, at }) => [
		{
			collection: accounts,
			id: body.account,
			next: (now) => (now === undefined ? undefined : { ...now, ...body.changes, updatedAt: later(now, at) }),
		} satisfies Fold<Account>,
	],
	"account.expelled": (event) => [
		{ collection: expulsions, id: event.id, next: (now) => now ?? expulsionOf(event) } satisfies Fold<Expulsion>,
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

/** Strictly increasing (OFSCP §4.3), so that two changes in one millisecond are two versions for caches. */
const later = (now: Account, at: number): number => Math.max(at, now.updatedAt + 1);
