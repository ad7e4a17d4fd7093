import { emailsOf } from "../accounts/email.ts";
import type { CoreContext } from "../events/context.ts";
import type { Account } from "../model/account.ts";
import type { PasswordContext } from "./password-rules.ts";

/** The names and addresses of an account, on which its password must not be based. */
export async function passwordContext(
	context: Pick<CoreContext, "store" | "vault">,
	account: Account,
): Promise<PasswordContext> {
	const { given: email } = await emailsOf(context, account.id);
	const { handle, domain, profile } = account;
	return { handle, domain, displayName: profile.displayName, ...(email === undefined ? {} : { email }) };
}
