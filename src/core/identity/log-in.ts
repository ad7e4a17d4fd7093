import { accountByEmail } from "../accounts/email.ts";
import { accountByHandle, accountById, parseAddress } from "../accounts/find-account.ts";
import { type Account, isLocal } from "../model/account.ts";
import { attempt } from "./attempt.ts";
import { isPassword } from "./credentials.ts";
import type { IdentityWorld } from "./identity.ts";
import { hasPasskey } from "./passkeys.ts";
import { hasTotp } from "./totp.ts";

export type Factor = "totp" | "passkey";

export type LogIn =
	/** The password was right. `factors`: one of them is needed too; empty: nothing more is. */
	| { readonly outcome: "known"; readonly account: Account; readonly factors: readonly Factor[] }
	| { readonly outcome: "wrong" };

/**
 * Checks a name and a password (OFSCP §4.1). A name that nobody has gets the same answer after the same work and the same number
 * of tries. A second factor is asked of those who have set up codes; their passkeys do as well as a code.
 *
 * @param credentials.name handle, `@handle`, `handle@domain` or a mail address
 * @param credentials.from the caller's address
 * @throws {TooManyRequests} too many wrong tries for this account or from this address
 * @throws {Unavailable} too many sign in at the moment
 */
export async function logIn(
	world: IdentityWorld,
	{ name, password, from }: { readonly name: string; readonly password: string; readonly from: string },
): Promise<LogIn> {
	const account = await accountByName(world, name);
	const right = await attempt(world, { subject: subjectOf(world, account, name), from }, () =>
		isPassword(world, account?.id, password),
	);
	if (!right || account === undefined) return { outcome: "wrong" };
	const [needsCode, mayUsePasskey] = await Promise.all([hasTotp(world, account), hasPasskey(world, account)]);
	const factors: readonly Factor[] = needsCode ? ["totp", ...(mayUsePasskey ? (["passkey"] as const) : [])] : [];
	return { outcome: "known", account, factors };
}

/** One of our people, alive, by what they may type into the field "name". */
export async function accountByName(world: IdentityWorld, name: string): Promise<Account | undefined> {
	const trimmed = name.trim();
	const address = parseAddress(trimmed, world.domain);
	const byHandle =
		address?.domain === world.domain ? await accountByHandle(world, address.handle, address.domain) : undefined;
	const owner = byHandle === undefined ? await accountByEmail(world, trimmed) : undefined;
	const account = byHandle ?? (owner === undefined ? undefined : await accountById(world, owner));
	return account !== undefined && isLocal(account) && account.deletedAt === undefined ? account : undefined;
}

/** What tries for a name are counted under; who does not exist is counted too, and no name is kept in clear. */
export const subjectOf = (world: IdentityWorld, account: Account | undefined, name: string): string =>
	account?.id ?? world.vault.fingerprint("name", name.trim().replace(/^@/, "").toLowerCase());
