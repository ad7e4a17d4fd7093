import { Unauthenticated } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { Premise } from "../events/premise.ts";
import type { Account } from "../model/account.ts";
import { accounts } from "./account.ts";

/**
 * The premise that an account has not been deleted. What an account says or joins depends on it, because the erasure of a deleted account
 * looks for its messages and memberships only once.
 */
export const stillThere = ({ id }: Pick<Account, "id">): Premise<Account> => ({
	collection: accounts,
	id,
	holds: (account) => account?.deletedAt === undefined,
});

/** True if an account has been deleted since it was read. */
export async function isGone({ store }: Pick<CoreContext, "store">, { id }: Pick<Account, "id">): Promise<boolean> {
	return !stillThere({ id }).holds((await store.get(accounts, id))?.doc);
}

/** To be called when a premise did not hold, before deciding again. @throws {Unauthenticated} the account has been deleted meanwhile */
export async function assertStillThere(context: Pick<CoreContext, "store">, account: Account): Promise<void> {
	if (await isGone(context, account)) throw new Unauthenticated("This account has been deleted");
}
