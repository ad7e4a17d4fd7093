import { createAccount } from "#core/accounts/create-account.ts";
import { setPassword } from "#core/identity/credentials.ts";
import type { IdentityContext } from "#core/identity/identity.ts";
import { beginTotp, confirmTotp } from "#core/identity/totp.ts";
import type { Account } from "#core/model/account.ts";
import { codeAt } from "./codes.ts";

/** The password of every test account. */
export const password = "plover by the weir";

/** Creates an account with a password. */
export async function personWithPassword(context: IdentityContext, handle: string): Promise<Account> {
	const account = await createAccount(context, { handle });
	await setPassword(context, account.id, password);
	return account;
}

/**
 * Enables one-time codes for an account with the code of half a minute ago, so that the current code is still unused.
 *
 * @returns the app's secret, and the recovery codes
 */
export async function turnCodesOn(
	context: IdentityContext,
	account: Account,
): Promise<{ readonly secret: string; readonly recovery: readonly string[] }> {
	const { secret } = await beginTotp(context, account);
	const recovery = await confirmTotp(context, account, codeAt(secret, context.clock.now() - 30_000));
	return { secret, recovery };
}
