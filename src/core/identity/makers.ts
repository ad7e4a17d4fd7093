import type { CoreContext } from "../events/context.ts";
import { isBootstrap } from "./bootstrap-tokens.ts";
import { deviceKeys } from "./device-key.ts";
import { oauthRecords, recordId } from "./oauth-records.ts";
import { isOAuthCredential } from "./oauth-tokens.ts";
import type { Maker, Principal } from "./principal.ts";
import { accessTokens } from "./tokens.ts";

/**
 * What a device key that the caller registers ends with. A bootstrap token was given for the password, so its key stands for itself. A
 * device key passes on what it ends with, and not itself: a new phone is set up with the old one, which is revoked afterwards.
 */
export function makerOf(principal: Principal): Maker | undefined {
	const { credential, session } = principal;
	if (isBootstrap(principal)) return undefined;
	if (isOAuthCredential(credential)) return { kind: "session", id: session as string };
	return session === undefined ? { kind: "token", id: credential } : principal.madeBy;
}

/** What has made a session; `undefined` if it stands for itself. @param id the id of a session of any kind */
export const makerOfSession = async ({ store }: Pick<CoreContext, "store">, id: string): Promise<Maker | undefined> =>
	(await store.get(deviceKeys, id))?.doc.madeBy;

/** True unless the maker has ended. It is asked whenever a key is used, so that one write ends the maker with all of its keys. */
export async function isLive(
	{ store, clock }: Pick<CoreContext, "store" | "clock">,
	maker: Maker | undefined,
): Promise<boolean> {
	if (maker === undefined) return true;
	if (maker.kind === "token") return (await store.get(accessTokens, maker.id)) !== undefined;
	const grant = (await store.get(oauthRecords, recordId("Grant", maker.id)))?.doc;
	return grant !== undefined && grant.endedAt === undefined && grant.expiresAt > clock.now();
}
