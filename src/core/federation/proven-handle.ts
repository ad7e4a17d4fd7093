import type { NewShadow } from "../accounts/create-shadow.ts";
import { accountById } from "../accounts/find-account.ts";
import type { CoreContext } from "../events/context.ts";
import type { Account } from "../model/account.ts";
import { mergeAccounts } from "./merge-accounts.ts";
import { samePerson, unchanged } from "./same-person.ts";

/**
 * Gives an account the handle that its home has confirmed now. Earlier versions appended a number if the same person, or one with such a
 * name, was known on another network.
 *
 * @returns the account, or the one that it was merged into, since both turned out to be one person
 */
export async function withProvenHandle(context: CoreContext, account: Account, fields: NewShadow): Promise<Account> {
	const { handle, domain } = fields;
	const isForeign = domain === account.domain && domain !== context.domain;
	if (!isForeign || account.deletedAt !== undefined || handle === account.handle) return account;
	// A description that was cached before its account was renamed.
	const isNumbered = handle.startsWith(`${account.handle}_`) && /^\d+$/.test(handle.slice(account.handle.length + 1));
	if (account.isProven === true && isNumbered) return account;
	const other = await samePerson(context, fields);
	if (other !== undefined) return mergeAccounts(context, account, other, handle);
	await context.log.append(
		{
			stream: account.id,
			type: "account.updated",
			actor: account.id,
			body: { account: account.id, changes: { handle, isProven: true } },
		},
		{ premises: [unchanged(account)] },
	);
	return (await accountById(context, account.id)) ?? account;
}
