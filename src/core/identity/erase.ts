import { releaseEmails } from "../accounts/email.ts";
import { presences } from "../accounts/presence.ts";
import { privateData } from "../accounts/private-data.ts";
import type { World } from "../events/world.ts";
import type { AccountId } from "../ids.ts";
import { credentials } from "./credentials.ts";
import { forgetCustodialKey } from "./custodial-keys.ts";
import { forgetDeviceKeys } from "./device-keys.ts";
import { passkeys, passkeysOf } from "./passkeys.ts";
import { endRecoveries } from "./recovery.ts";
import { endSessions } from "./sessions.ts";
import { totps } from "./totp.ts";

/** Erases what is kept of an account beside the log: all that it signs in with, and all that only it may see. Idempotent. */
export async function eraseSecrets(world: World, account: AccountId): Promise<void> {
	await endSessions(world, account);
	await endRecoveries(world, account);
	await forgetDeviceKeys(world, account);
	await forgetCustodialKey(world, account);
	for (const { id } of await passkeysOf(world, { id: account })) await world.store.delete(passkeys, id);
	for (const collection of [credentials, totps, privateData, presences] as const)
		await world.store.delete<unknown>(collection, account);
	await releaseEmails(world, account);
}
