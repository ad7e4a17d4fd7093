import { accounts } from "../accounts/account.ts";
import type { World } from "../events/world.ts";
import { bootstrapCredential, bootstrapPrincipal } from "../identity/bootstrap-tokens.ts";
import { devicePrincipal } from "../identity/device-keys.ts";
import { isOAuthCredential, oauthPrincipal, opaqueCredential } from "../identity/oauth-tokens.ts";
import type { Principal } from "../identity/principal.ts";
import { accessTokens, tokenId } from "../identity/tokens.ts";
import { peerPrincipal } from "./peer-principals.ts";

/**
 * Whom a credential stands for now; `undefined`: nobody (any more). Asked again before each delivery on an open stream.
 *
 * @param credential an id, never a secret: without a prefix that of a personal access token, `oauth:` of an OAuth access token,
 * `device:` of a device key, `peer:` of the key of somebody of another provider
 */
export async function principalOf(
	world: Pick<World, "store" | "clock">,
	credential: string,
): Promise<Principal | undefined> {
	if (isOAuthCredential(credential)) return oauthPrincipal(world, credential);
	if (credential.startsWith("bootstrap:")) return bootstrapPrincipal(world, credential);
	if (credential.startsWith("device:")) return devicePrincipal(world, credential);
	if (credential.startsWith("peer:")) return peerPrincipal(world, credential);
	const token = (await world.store.get(accessTokens, credential))?.doc;
	if (token === undefined) return undefined;
	const account = (await world.store.get(accounts, token.account))?.doc;
	if (account === undefined || account.deletedAt !== undefined) return undefined;
	return { account, scopes: token.scopes, credential };
}

/** Whom the token of a request stands for, if it is a secret that is looked up; `undefined`: nobody (any more). */
export async function authenticate(
	world: Pick<World, "store" | "clock">,
	secret: string,
): Promise<Principal | undefined> {
	if (secret.startsWith("cwy_")) return secret.length > 100 ? undefined : principalOf(world, tokenId(secret));
	const credential = bootstrapCredential(secret) ?? opaqueCredential(secret);
	return credential === undefined ? undefined : principalOf(world, credential);
}
