import type { createLocalJWKSet } from "jose";
import { BoundedMap } from "#core/bounded-map.ts";
import { PermissionDenied } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { apiResources, jwtCredential } from "#core/identity/oauth-tokens.ts";
import { hashOfSecret } from "#core/identity/secret.ts";
import { publicKeys, signingKeys, signingKeysRevision } from "#core/identity/signing-keys.ts";
import type { Store } from "#core/ports/store.ts";

const shape = /^[\w-]+\.[\w-]+\.[\w-]+$/;
type KeySet = ReturnType<typeof createLocalJWKSet>;

/** The signing keys of one revision, and the tokens that were verified with them. */
interface VerificationCache {
	readonly rev: number;
	readonly keys: KeySet;
	/** Credentials by the SHA-256 of their token. A signature stays valid; everything else is looked up each time. */
	readonly credentials: BoundedMap<string, string>;
}
const caches = new WeakMap<Store, VerificationCache>();

async function cacheOf(context: CoreContext): Promise<VerificationCache> {
	const last = caches.get(context.store);
	if (last !== undefined && last.rev === (await signingKeysRevision(context))) return last;
	const jose = await import("jose");
	const published = await signingKeys(context);
	const keys = jose.createLocalJWKSet({ keys: publicKeys(published) as never });
	const cache = { rev: published.rev, keys, credentials: new BoundedMap<string, string>(1000) };
	caches.set(context.store, cache);
	return cache;
}

/**
 * The credential of a JWT access token that we issued for the API (RFC 9068 §4); `undefined` if the token isn't one.
 *
 * @throws {PermissionDenied} the token was issued to a client for itself, not on behalf of an account
 */
export async function credentialOfJwt(context: CoreContext, token: string): Promise<string | undefined> {
	if (!shape.test(token)) return undefined;
	const { keys, credentials } = await cacheOf(context);
	const hash = hashOfSecret(token);
	const credential = credentials.get(hash) ?? (await verify(context, token, keys));
	if (credential !== undefined) credentials.set(hash, credential);
	return credential;
}

/** The error for a token of the client credentials grant (RFC 6749 §4.4), which has no account. */
export const clientTokenDenied = (): PermissionDenied =>
	new PermissionDenied("The token was issued to a client, not to an account", "insufficient_scope");

async function verify(context: CoreContext, token: string, keys: KeySet): Promise<string | undefined> {
	const { errors, jwtVerify } = await import("jose");
	try {
		const { payload } = await jwtVerify(token, keys, {
			algorithms: ["RS256"],
			audience: [...apiResources(context)],
			currentDate: new Date(context.clock.now()),
			issuer: context.origin,
			requiredClaims: ["client_id", "exp", "sub"],
			typ: "at+jwt",
		});
		const { client_id: client, exp, scope = "", sid, sub } = payload;
		if (sid === undefined && sub === client) throw clientTokenDenied();
		if (typeof client !== "string" || typeof sid !== "string" || typeof scope !== "string") return undefined;
		if (sub === undefined || exp === undefined) return undefined;
		return jwtCredential({ subject: sub, client, grant: sid, scope, expiresAt: exp });
	} catch (error) {
		if (error instanceof errors.JOSEError) return undefined;
		throw error;
	}
}
