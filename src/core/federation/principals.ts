import { accounts } from "../accounts/account.ts";
import type { CoreContext } from "../events/context.ts";
import { bootstrapCredential, bootstrapPrincipal } from "../identity/bootstrap-tokens.ts";
import { devicePrincipal } from "../identity/device-keys.ts";
import { isOAuthCredential, oauthPrincipal, opaqueCredential } from "../identity/oauth-tokens.ts";
import type { Principal } from "../identity/principal.ts";
import { accessTokens, tokenId } from "../identity/tokens.ts";
import { peerPrincipal } from "./peer-principals.ts";

/**
 * The current principal of a credential; `undefined` if the credential is unknown, expired or revoked. An open stream checks it again
 * before each delivery.
 *
 * @param credential the id of a credential, never a secret: `oauth:` and `oauth+jwt:` for OAuth access tokens, `bootstrap:` for bootstrap
 * tokens, `device:` for device keys, `peer:` for keys of other providers' accounts, and no prefix for personal access tokens
 */
export async function principalOf(
	context: Pick<CoreContext, "store" | "clock">,
	credential: string,
): Promise<Principal | undefined> {
	if (isOAuthCredential(credential)) return oauthPrincipal(context, credential);
	if (credential.startsWith("bootstrap:")) return bootstrapPrincipal(context, credential);
	if (credential.startsWith("device:")) return devicePrincipal(context, credential);
	if (credential.startsWith("peer:")) return peerPrincipal(context, credential);
	const token = (await context.store.get(accessTokens, credential))?.doc;
	if (token === undefined) return undefined;
	const account = (await context.store.get(accounts, token.account))?.doc;
	if (account === undefined || account.deletedAt !== undefined) return undefined;
	return { account, scopes: token.scopes, credential };
}

/** The principal of a request's bearer token, unless the token is a JWT; `undefined` if the token is not valid. */
export async function authenticate(
	context: Pick<CoreContext, "store" | "clock">,
	secret: string,
): Promise<Principal | undefined> {
	if (secret.startsWith("cwy_")) return secret.length > 100 ? undefined : principalOf(context, tokenId(secret));
	const credential = bootstrapCredential(secret) ?? opaqueCredential(secret);
	return credential === undefined ? undefined : principalOf(context, credential);
}
