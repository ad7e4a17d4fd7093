import { accountById } from "../accounts/find-account.ts";
import { isWithin } from "../clock.ts";
import type { CoreContext } from "../events/context.ts";
import type { Principal } from "../identity/principal.ts";
import type { AccountId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { maxAgeMs, remoteKeys } from "./remote-keys.ts";
import { userKeySource } from "./user-keys.ts";

const prefix = "peer:";

/** The principal of an account of another provider that has signed a request. Its memberships decide what it may do here. */
export const peerPrincipalOf = (account: Account, handle: string, domain: string, keyId: string): Principal => ({
	account,
	scopes: ["ofscp"],
	credential: `${prefix}${[account.id, handle, domain, keyId].join(" ")}`,
});

/**
 * The current principal of such a credential; `undefined` if the home no longer publishes the key, or has not been asked for an hour. An
 * open stream then ends, and can be resumed with a newly signed request.
 */
export async function peerPrincipal(
	context: Pick<CoreContext, "store" | "clock">,
	credential: string,
): Promise<Principal | undefined> {
	const [account = "", handle = "", domain = "", keyId = ""] = credential.slice(prefix.length).split(" ");
	const set = (await context.store.get(remoteKeys, userKeySource(handle, domain).id))?.doc;
	const isKnown =
		set?.keys.some(({ id }) => id === keyId) === true && isWithin(set.fetchedAt, context.clock.now(), maxAgeMs);
	const shadow = isKnown ? await accountById(context, account as AccountId) : undefined;
	return shadow === undefined || shadow.deletedAt !== undefined || shadow.mergedInto !== undefined
		? undefined
		: peerPrincipalOf(shadow, handle, domain, keyId);
}
