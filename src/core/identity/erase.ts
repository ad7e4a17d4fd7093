import { releaseEmails } from "../accounts/email.ts";
import { presences } from "../accounts/presence.ts";
import { privateData } from "../accounts/private-data.ts";
import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import { credentials } from "./credentials.ts";
import { deleteCustodialKey } from "./custodial-keys.ts";
import { deleteDeviceKeys } from "./device-keys.ts";
import { endEmailLinks } from "./email-links.ts";
import { removePasskeys } from "./passkeys.ts";
import { endRecoveries } from "./recoveries.ts";
import { endSessions } from "./sessions.ts";
import { totps } from "./totp.ts";

/** Deletes the data of an account outside the log: all of its credentials, and the data that only it may see. Idempotent. */
export async function eraseSecrets(context: CoreContext, account: AccountId): Promise<void> {
	await endSessions(context, account);
	await endRecoveries(context, account);
	await endEmailLinks(context, account);
	await deleteDeviceKeys(context, account);
	await deleteCustodialKey(context, account);
	await removePasskeys(context, account);
	for (const collection of [credentials, totps, privateData, presences] as const)
		await context.store.delete<unknown>(collection, account);
	await releaseEmails(context, account);
}
