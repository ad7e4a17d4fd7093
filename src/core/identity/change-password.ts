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
 * Asks somebody who is signed in for their password once more, before what can't be undone.
 *
 * @throws {PermissionDenied} `wrong_password`
 * @throws {TooManyRequests} too many wrong tries
 * @throws {Unavailable} too many sign in at the moment
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
 * Changes a password. Every other session ends, recovery links become void; personal access tokens stay.
 *
 * @param change.session the id of the session that asks: it stays
 * @throws {PermissionDenied} `wrong_password`
 * @throws {InvalidRequest} `/next` is too short or too common
 * @throws {TooManyRequests} too many wrong tries
 * @throws {Unavailable} too many sign in at the moment
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
	// Before, so that no crash leaves a thief signed in beside the new password; behind, for what was begun with the old one.
	await endSessions(world, account.id, others);
	await storeCredential(world, account.id, credential);
	await endRecoveries(world, account.id);
	await endSessions(world, account.id, others);
}
