import { accountById } from "../accounts/find-account.ts";
import type { World } from "../events/world.ts";
import type { Principal } from "../identity/principal.ts";
import type { AccountId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { longestMs, remoteKeys } from "./remote-keys.ts";
import { userKeySource } from "./user-keys.ts";

const prefix = "peer:";

/** Somebody of another provider who has signed: what they may do here follows from what they have joined. */
export const peerPrincipalOf = (account: Account, handle: string, domain: string, keyId: string): Principal => ({
	account,
	scopes: ["ofscp"],
	credential: `${prefix}${[account.id, handle, domain, keyId].join(" ")}`,
});

/**
 * Whom such a credential stands for now: nobody, when their home has been asked since and named the key no more, or
 * has not been asked for an hour. Then a stream ends, and goes on with the next signed request.
 */
export async function peerPrincipal(
	world: Pick<World, "store" | "clock">,
	credential: string,
): Promise<Principal | undefined> {
	const [account = "", handle = "", domain = "", keyId = ""] = credential.slice(prefix.length).split(" ");
	const set = (await world.store.get(remoteKeys, userKeySource(handle, domain).id))?.doc;
	const isKnown = set?.keys.some(({ id }) => id === keyId) === true && set.fetchedAt + longestMs > world.clock.now();
	const shadow = isKnown ? await accountById(world, account as AccountId) : undefined;
	return shadow === undefined || shadow.deletedAt !== undefined
		? undefined
		: peerPrincipalOf(shadow, handle, domain, keyId);
}
