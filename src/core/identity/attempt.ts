import type { World } from "../world.ts";

/**
 * Counts a try for an account and an address before it is made, so that many at once can't all be the first, and takes it back
 * when it was right.
 *
 * @param who.subject the account, or what stands for a name that nobody has
 * @param who.from the caller's address
 * @throws {TooManyRequests}
 */
export async function attempt(
	{ identity: { attempts } }: Pick<World, "identity">,
	{ subject, from }: { readonly subject: string; readonly from: string },
	tryIt: () => Promise<boolean>,
): Promise<boolean> {
	await attempts.spend("signInAddress", from);
	await attempts.spend("signIn", subject);
	const isRight = await tryIt();
	if (isRight) await Promise.all([attempts.refund("signInAddress", from), attempts.refund("signIn", subject)]);
	return isRight;
}
