import { createAccount } from "#core/accounts/create-account.ts";
import { setPassword } from "#core/identity/credentials.ts";
import type { IdentityWorld } from "#core/identity/identity.ts";
import { beginTotp, confirmTotp } from "#core/identity/totp.ts";
import type { Account } from "#core/model/account.ts";
import { codeAt } from "./codes.ts";

/** A password that every test person has. */
export const password = "plover by the weir";

/** Somebody with a password. */
export async function personWithPassword(world: IdentityWorld, handle: string): Promise<Account> {
	const account = await createAccount(world, { handle });
	await setPassword(world, account.id, password);
	return account;
}

/**
 * Turns codes on for somebody, as an app that is half a minute behind would: the code of now is still unused.
 *
 * @returns the app's secret, and the recovery codes
 */
export async function turnCodesOn(
	world: IdentityWorld,
	account: Account,
): Promise<{ readonly secret: string; readonly recovery: readonly string[] }> {
	const { secret } = await beginTotp(world, account);
	const recovery = await confirmTotp(world, account, codeAt(secret, world.clock.now() - 30_000));
	return { secret, recovery };
}
