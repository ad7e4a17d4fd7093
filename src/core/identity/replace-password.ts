import type { AccountId } from "../ids.ts";
import { type Credential, storeCredential } from "./credentials.ts";
import { endEmailLinks } from "./email-links.ts";
import type { IdentityContext } from "./identity.ts";
import { removePasskeys } from "./passkeys.ts";
import { endRecoveries } from "./recoveries.ts";
import { endSessions } from "./sessions.ts";

/**
 * Sets a new password in place of the old one, and ends the sessions that were begun with the old one.
 *
 * They end before the change, so that a crash can't leave a thief signed in with the new password set, and once more after it, for those
 * that were begun with the old password meanwhile.
 *
 * @param options.endAll whether personal access tokens and passkeys end too
 * @param options.except the id of a session that does not end
 */
export async function replacePassword(
	context: IdentityContext,
	account: AccountId,
	credential: Credential,
	{ endAll, ...except }: { readonly endAll: boolean; readonly except?: string },
): Promise<void> {
	const end = async (): Promise<void> => {
		await endSessions(context, account, { ...(endAll ? {} : { kinds: ["session", "device"] }), ...except });
		if (endAll) await removePasskeys(context, account);
	};
	await end();
	await storeCredential(context, account, credential);
	await endRecoveries(context, account);
	await endEmailLinks(context, account);
	await end();
}
