import { Unavailable } from "../errors.ts";
import type { IdentityWorld } from "./identity.ts";

/**
 * Counts a try for an account and an address before it is made, so that many at once can't all be the first, and takes it back
 * when it was right.
 *
 * @param who.subject the account, or what stands for a name that nobody has
 * @param who.from the caller's address
 * @throws {TooManyRequests}
 */
export async function attempt(
	{ identity: { attempts } }: Pick<IdentityWorld, "identity">,
	{ subject, from }: { readonly subject: string; readonly from: string },
	tryIt: () => Promise<boolean>,
): Promise<boolean> {
	await attempts.spend("signInAddress", from);
	await attempts.spend("signIn", subject);
	const takeBack = () => Promise.all([attempts.refund("signInAddress", from), attempts.refund("signIn", subject)]);
	try {
		const isRight = await tryIt();
		if (isRight) await takeBack();
		return isRight;
	} catch (error) {
		// Nothing was tried: whoever is sent away comes again.
		if (error instanceof Unavailable) await takeBack();
		throw error;
	}
}
