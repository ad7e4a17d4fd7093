import { accountById } from "../accounts/find-account.ts";
import type { CoreContext } from "../events/context.ts";
import { type AccountId, parseId } from "../ids.ts";
import type { Account } from "../model/account.ts";

/**
 * The OAuth subject of a local account: the id of its actor (design §5), even if ActivityPub is disabled. It never changes, since it
 * does not contain the handle.
 */
export const subjectOf = ({ origin }: Pick<CoreContext, "origin">, { id }: Pick<Account, "id">): string =>
	`${origin}/users/${id}`;

/** The account id in a subject of this provider. */
export const accountIdOf = (subject: string): AccountId | undefined =>
	parseId("usr", subject.slice(subject.lastIndexOf("/") + 1));

/** The local account of a subject; `undefined` if there is none or it has been deleted. */
export async function accountOfSubject(
	context: Pick<CoreContext, "store">,
	subject: string,
): Promise<Account | undefined> {
	const id = accountIdOf(subject);
	const account = id === undefined ? undefined : await accountById(context, id);
	if (account === undefined || account.origin !== undefined || account.deletedAt !== undefined) return undefined;
	return account;
}
