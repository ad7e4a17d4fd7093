import { PermissionDenied } from "../errors.ts";
import type { Account } from "../model/account.ts";
import { attempt } from "./attempt.ts";
import { hashPassword, isPassword, storeCredential } from "./credentials.ts";
import type { IdentityWorld } from "./identity.ts";
import { passwordContext } from "./password-context.ts";
import { checkPassword } from "./password-rules.ts";
import { endRecoveries } from "./recovery.ts";
import { endSessions } from "./sessions.ts";

/**
 * Checks the password of a signed-in account again, before an operation that can't be undone.
 *
 * @throws {PermissionDenied} `wrong_password`
 * @throws {TooManyRequests} too many wrong attempts
 * @throws {Unavailable} too many passwords are being checked
 */
export async function confirmPassword(
	world: IdentityWorld,
	account: Account,
	{ password, from }: { readonly password: string; readonly from: string },
): Promise<void> {
	const isRight = await attempt(world, { subject: account.id, from }, () => isPassword(world, account.id, password));
	if (!isRight) throw new PermissionDenied("This is not your password", "wrong_password");
}

/**
 * Changes a password. All other sessions end and recovery links become void; personal access tokens stay valid.
 *
 * @param change.session the id of the caller's session, which does not end
 * @throws {PermissionDenied} `wrong_password`
 * @throws {InvalidRequest} `/next` is too short or too common
 * @throws {TooManyRequests} too many wrong attempts
 * @throws {Unavailable} too many passwords are being checked
 */
export async function changePassword(
	world: IdentityWorld,
	account: Account,
	{
		current,
		next,
		from,
		session,
	}: { readonly current: string; readonly next: string; readonly from: string; readonly session?: string },
): Promise<void> {
	await confirmPassword(world, account, { password: current, from });
	await checkPassword(next, await passwordContext(world, account), "/next");
	const credential = await hashPassword(world, next);
	const others = { kinds: ["session", "device"], ...(session === undefined ? {} : { except: session }) } as const;
	// Sessions end before the change, so that a crash can't leave a thief signed in with the new password set, and once more after
	// it, for those that were begun with the old password meanwhile.
	await endSessions(world, account.id, others);
	await storeCredential(world, account.id, credential);
	await endRecoveries(world, account.id);
	await endSessions(world, account.id, others);
}
