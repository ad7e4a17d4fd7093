import { createAccount } from "../accounts/create-account.ts";
import { Problem } from "../errors.ts";
import { mintId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { setPassword } from "./credentials.ts";
import { eraseSecrets } from "./erase.ts";
import type { IdentityContext } from "./identity.ts";
import { recoveryLink } from "./recovery.ts";

/** An account that the operator adds. */
export interface AddedAccount {
	readonly handle: string;
	readonly admin?: boolean;
	/** If absent, a link sets it. */
	readonly password?: string;
}

/**
 * Creates an account for the operator, with a password or with a link where its owner sets one.
 *
 * The password or the link is stored before the account is created, so that every account can be signed in to. A crash in
 * between leaves no account, and the call can be repeated.
 *
 * @throws {InvalidRequest} the handle or the password is not allowed
 * @throws {Conflict} `handle_taken`
 */
export async function addAccount(
	context: IdentityContext,
	{ handle, admin = false, password }: AddedAccount,
): Promise<{ readonly account: Account; readonly link?: string }> {
	const id = mintId("usr", context.clock.now());
	const { domain } = context;
	try {
		const link = password === undefined ? await recoveryLink(context, { id }) : undefined;
		if (password !== undefined) await setPassword(context, id, password, { handle, domain });
		const account = await createAccount(context, { id, handle, admin });
		return { account, ...(link !== undefined && { link }) };
	} catch (error) {
		// After any other error the account may exist.
		if (error instanceof Problem) await eraseSecrets(context, id);
		throw error;
	}
}
