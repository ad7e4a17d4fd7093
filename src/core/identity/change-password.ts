import { PermissionDenied } from "../errors.ts";
import type { Account } from "../model/account.ts";
import { attempt } from "./attempt.ts";
import { hashPassword, isPassword } from "./credentials.ts";
import type { IdentityContext } from "./identity.ts";
import { passwordContext } from "./password-context.ts";
import { checkPassword } from "./password-rules.ts";
import { replacePassword } from "./replace-password.ts";

/**
 * Checks the password of a signed-in account again, before an operation that can't be undone.
 *
 * @throws {PermissionDenied} `wrong_password`
 * @throws {TooManyRequests} too many wrong attempts
 * @throws {Unavailable} too many passwords are being checked
 */
export async function confirmPassword(
	context: IdentityContext,
	account: Account,
	{ password, from }: { readonly password: string; readonly from: string },
): Promise<void> {
	const isRight = await attempt(context, { subject: account.id, from }, () =>
		isPassword(context, account.id, password),
	);
	if (!isRight) throw new PermissionDenied("This is not your password", "wrong_password");
}

/**
 * Changes a password. All other sessions end and recovery links become void.
 *
 * @param change.endAll whether personal access tokens and passkeys, which don't depend on the password, end too
 * @param change.session the id of the caller's session, which does not end
 * @throws {PermissionDenied} `wrong_password`
 * @throws {InvalidRequest} `/next` is too short or too common
 * @throws {TooManyRequests} too many wrong attempts
 * @throws {Unavailable} too many passwords are being checked
 */
export async function changePassword(
	context: IdentityContext,
	account: Account,
	{
		current,
		next,
		from,
		session,
		endAll = false,
	}: {
		readonly current: string;
		readonly next: string;
		readonly from: string;
		readonly session?: string;
		readonly endAll?: boolean;
	},
): Promise<void> {
	await confirmPassword(context, account, { password: current, from });
	await checkPassword(next, await passwordContext(context, account), "/next");
	const credential = await hashPassword(context, next);
	await replacePassword(context, account.id, credential, {
		endAll,
		...(session === undefined ? {} : { except: session }),
	});
}
