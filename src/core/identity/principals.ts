import { type Account, accounts } from "../accounts/account.ts";
import { accessTokens, tokenId } from "../accounts/tokens.ts";
import type { World } from "../world.ts";

/** Who asks, and with which right. */
export interface Principal {
	readonly account: Account;
	readonly scopes: readonly string[];
	/** The id of the credential, by which streams end when it is revoked: {@link principalOf} reads it. */
	readonly credential: string;
	/** The id of the client that acts for the account. */
	readonly client?: string;
	/** The login that the credential belongs to (a grant's id); it outlives a credential that is renewed. */
	readonly session?: string;
}

/**
 * Whom a credential stands for now; `undefined`: nobody (any more). Asked again before each delivery on an open stream.
 *
 * @param credential an id, never a secret: without a prefix that of a personal access token, `oauth:` of an OAuth access token,
 * `device:` of a device key
 */
export async function principalOf(world: Pick<World, "store">, credential: string): Promise<Principal | undefined> {
	const token = (await world.store.get(accessTokens, credential))?.doc;
	if (token === undefined || token.revokedAt !== undefined) return undefined;
	const account = (await world.store.get(accounts, token.account))?.doc;
	if (account === undefined || account.deletedAt !== undefined) return undefined;
	return { account, scopes: token.scopes, credential };
}

/** Whom the secret of a request stands for; `undefined`: nobody (any more). */
export async function authenticate(world: Pick<World, "store">, secret: string): Promise<Principal | undefined> {
	if (!secret.startsWith("cwy_") || secret.length > 100) return undefined;
	return principalOf(world, tokenId(secret));
}
