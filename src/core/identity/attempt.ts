import { Unavailable } from "../errors.ts";
import type { IdentityContext } from "./identity.ts";

/**
 * Counts an attempt for an account and an IP address before it is made, so that concurrent attempts can't exceed the limit, and takes the
 * count back if the attempt was right.
 *
 * @param who.subject the account's id, or the fingerprint of a name that no account has
 * @param who.from the caller's IP address
 * @throws {TooManyRequests} the limit is exhausted
 */
export async function attempt(
	{ identity: { attempts } }: Pick<IdentityContext, "identity">,
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
		// Nothing was tried, so a caller that is turned away is not counted.
		if (error instanceof Unavailable) await takeBack();
		throw error;
	}
}
