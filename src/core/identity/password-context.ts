import { emailOf } from "../accounts/email.ts";
import type { World } from "../events/world.ts";
import type { Account } from "../model/account.ts";
import type { PasswordContext } from "./password-rules.ts";

/** The names and addresses of an account, on which its password must not be based. */
export async function passwordContext(
	world: Pick<World, "store" | "vault">,
	account: Account,
): Promise<PasswordContext> {
	const email = await emailOf(world, account.id);
	const { handle, domain, profile } = account;
	return { handle, domain, displayName: profile.displayName, ...(email === undefined ? {} : { email }) };
}
