import { accountByEmail } from "../accounts/email.ts";
import { accountByHandle, accountById, parseAddress } from "../accounts/find-account.ts";
import { type Account, isLocal } from "../model/account.ts";
import { attempt } from "./attempt.ts";
import { isPassword } from "./credentials.ts";
import type { IdentityContext } from "./identity.ts";
import { hasPasskey } from "./passkeys.ts";
import { hasTotp } from "./totp.ts";

/** A second factor. */
export type Factor = "totp" | "passkey";

/** The outcome of a log-in with a password. */
export type LogIn =
	/** The password was right. One of `factors` is required as well, unless there are none. */
	| { readonly outcome: "known"; readonly account: Account; readonly factors: readonly Factor[] }
	| { readonly outcome: "wrong" };

/**
 * Checks a name and a password (OFSCP §4.1). An unknown name gets the same answer after the same work and the same number of attempts.
 * Accounts with TOTP need a second factor, which may also be a passkey.
 *
 * @param credentials.name a handle, `@handle`, `handle@domain` or a mail address
 * @param credentials.from the caller's IP address
 * @throws {TooManyRequests} too many wrong attempts for this account or from this IP address
 * @throws {Unavailable} too many passwords are being checked
 */
export async function logIn(
	context: IdentityContext,
	{ name, password, from }: { readonly name: string; readonly password: string; readonly from: string },
): Promise<LogIn> {
	const account = await accountByName(context, name);
	const right = await attempt(context, { subject: subjectOf(context, account, name), from }, () =>
		isPassword(context, account?.id, password),
	);
	if (!right || account === undefined) return { outcome: "wrong" };
	const [needsCode, mayUsePasskey] = await Promise.all([hasTotp(context, account), hasPasskey(context, account)]);
	const factors: readonly Factor[] = needsCode ? ["totp", ...(mayUsePasskey ? (["passkey"] as const) : [])] : [];
	return { outcome: "known", account, factors };
}

/** The local account, not deleted, that a user names when logging in. */
export async function accountByName(context: IdentityContext, name: string): Promise<Account | undefined> {
	const trimmed = name.trim();
	const address = parseAddress(trimmed, context.domain);
	const byHandle =
		address?.domain === context.domain ? await accountByHandle(context, address.handle, address.domain) : undefined;
	const owner = byHandle === undefined ? await accountByEmail(context, trimmed) : undefined;
	const account = byHandle ?? (owner === undefined ? undefined : await accountById(context, owner));
	return account !== undefined && isLocal(account) && account.deletedAt === undefined ? account : undefined;
}

/** The key under which attempts for a name are counted. Unknown names are counted too, by fingerprint, so that no name is stored in clear. */
export const subjectOf = (context: IdentityContext, account: Account | undefined, name: string): string =>
	account?.id ?? context.vault.fingerprint("name", name.trim().replace(/^@/, "").toLowerCase());
