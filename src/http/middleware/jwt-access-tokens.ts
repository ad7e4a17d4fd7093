import type { createLocalJWKSet } from "jose";
import { BoundedMap } from "#core/bounded-map.ts";
import { PermissionDenied } from "#core/errors.ts";
import type { World } from "#core/events/world.ts";
import { apiResources, jwtCredential } from "#core/identity/oauth-tokens.ts";
import { hashOfSecret } from "#core/identity/secret.ts";
import { publicKeys, signingKeys, signingKeysRevision } from "#core/identity/signing-keys.ts";
import type { Store } from "#core/ports/store.ts";

const shape = /^[\w-]+\.[\w-]+\.[\w-]+$/;
type KeySet = ReturnType<typeof createLocalJWKSet>;

/** The keys of one revision, and the tokens that they were found to have signed. */
interface Known {
	readonly rev: number;
	readonly keys: KeySet;
	/** Credentials by the SHA-256 of their token: a signature stays right, all else is looked up each time. */
	readonly credentials: BoundedMap<string, string>;
}
const seen = new WeakMap<Store, Known>();

async function knownOf(world: World): Promise<Known> {
	const last = seen.get(world.store);
	if (last !== undefined && last.rev === (await signingKeysRevision(world))) return last;
	const jose = await import("jose");
	const published = await signingKeys(world);
	const keys = jose.createLocalJWKSet({ keys: publicKeys(published) as never });
	const known = { rev: published.rev, keys, credentials: new BoundedMap<string, string>(1000) };
	seen.set(world.store, known);
	return known;
}

/**
 * The credential of a JWT access token of ours that is meant for the API (RFC 9068 §4); `undefined`: it is none.
 *
 * @throws {PermissionDenied} it stands for a client
 */
export async function credentialOfJwt(world: World, token: string): Promise<string | undefined> {
	if (!shape.test(token)) return undefined;
	const { keys, credentials } = await knownOf(world);
	const hash = hashOfSecret(token);
	const credential = credentials.get(hash) ?? (await verify(world, token, keys));
	if (credential !== undefined) credentials.set(hash, credential);
	return credential;
}

export const standsForNobody = (): PermissionDenied =>
	new PermissionDenied("The token stands for a client, and for no person", "insufficient_scope");

async function verify(world: World, token: string, keys: KeySet): Promise<string | undefined> {
	const { errors, jwtVerify } = await import("jose");
	try {
		const { payload } = await jwtVerify(token, keys, {
			algorithms: ["RS256"],
			audience: [...apiResources(world)],
			currentDate: new Date(world.clock.now()),
			issuer: world.origin,
			requiredClaims: ["client_id", "exp", "sub"],
			typ: "at+jwt",
		});
		const { client_id: client, exp, scope = "", sid, sub } = payload;
		if (sid === undefined && sub === client) throw standsForNobody();
		if (typeof client !== "string" || typeof sid !== "string" || typeof scope !== "string") return undefined;
		if (sub === undefined || exp === undefined) return undefined;
		return jwtCredential({ subject: sub, client, grant: sid, scope, expiresAt: exp });
	} catch (error) {
		if (error instanceof errors.JOSEError) return undefined;
		throw error;
	}
}
