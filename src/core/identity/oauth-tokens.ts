import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { Store } from "../ports/store.ts";
import type { World } from "../world.ts";
import { type OAuthRecord, oauthRecords, recordId } from "./oauth-records.ts";
import type { Principal } from "./principals.ts";
import { type SigningKey, signingKeys, signingKeysRevision } from "./signing-keys.ts";
import { accountOfSubject } from "./subject.ts";

const opaque = "oauth:";
const structured = "oauth+jwt:";

/** The resources that the API answers to (RFC 8707): the origin, and the API below it. */
export const apiResources = ({ origin }: Pick<World, "origin">): readonly string[] => [
	origin,
	`${origin}/`,
	`${origin}/api`,
];

/** What of an access token decides whom it stands for. */
interface Claims {
	readonly subject: string;
	readonly client: string;
	readonly grant: string;
	readonly scope: string;
	/** Seconds since 1970. */
	readonly expiresAt: number;
}

/** The credential of an access token; `undefined`: it is none, is not ours or is not meant for us. */
export async function accessTokenCredential(
	world: Pick<World, "store" | "origin" | "clock" | "vault">,
	secret: string,
): Promise<string | undefined> {
	if (/^[\w-]{43}$/.test(secret)) return opaque + recordId("AccessToken", secret);
	if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(secret)) return undefined;
	const claims = await verifyJwt(world, secret);
	return claims && structured + JSON.stringify(claims);
}

/** Whom such a credential stands for now: nothing without its grant, whatever else is still there. */
export async function oauthPrincipal(
	world: Pick<World, "store" | "clock">,
	credential: string,
): Promise<Principal | undefined> {
	const claims = credential.startsWith(structured)
		? (JSON.parse(credential.slice(structured.length)) as Claims)
		: await claimsOf(world, credential.slice(opaque.length));
	if (claims === undefined || claims.expiresAt * 1000 <= world.clock.now()) return undefined;
	const [grant, account] = await Promise.all([
		world.store.get(oauthRecords, recordId("Grant", claims.grant)),
		accountOfSubject(world, claims.subject),
	]);
	if (grant === undefined || grant.doc.endedAt !== undefined || grant.doc.expiresAt <= world.clock.now())
		return undefined;
	if (account === undefined || grant.doc.owner !== claims.subject) return undefined;
	return {
		account,
		scopes: claims.scope.split(" "),
		credential,
		client: claims.client,
		session: claims.grant,
	};
}

/** True for a credential that {@link oauthPrincipal} reads. */
export const isOAuthCredential = (credential: string): boolean =>
	credential.startsWith(opaque) || credential.startsWith(structured);

/** True when the token stands for a client that acts for nobody. */
export async function isClientToken({ store }: Pick<World, "store">, secret: string): Promise<boolean> {
	return (await store.get(oauthRecords, recordId("ClientCredentials", secret))) !== undefined;
}

async function claimsOf(world: Pick<World, "store">, record: string): Promise<Claims | undefined> {
	const token: OAuthRecord | undefined = (await world.store.get(oauthRecords, record))?.doc;
	if (token === undefined || token.kind !== "AccessToken" || typeof token.payload === "string") return undefined;
	const { accountId, clientId, grantId, scope = "", aud, exp } = token.payload;
	// Those that are meant for one resource are JWTs and are not kept.
	if (aud !== undefined) return undefined;
	return {
		subject: accountId as string,
		client: clientId as string,
		grant: grantId as string,
		scope: scope as string,
		expiresAt: exp as number,
	};
}

const hashes = { RS256: "sha256", EdDSA: null } as const;

/** Checks a JWT access token (RFC 9068 §4). */
async function verifyJwt(
	world: Pick<World, "store" | "origin" | "clock" | "vault">,
	token: string,
): Promise<Claims | undefined> {
	const [header, payload, signature] = token.split(".") as [string, string, string];
	const head = decode(header);
	if (head === undefined || String(head.typ).toLowerCase() !== "at+jwt" || typeof head.kid !== "string")
		return undefined;
	const key = (await keysOf(world)).get(head.kid);
	if (key === undefined || head.alg !== key.alg) return undefined;
	const data = Buffer.from(`${header}.${payload}`);
	if (!verify(hashes[key.alg], data, key.key, Buffer.from(signature, "base64url"))) return undefined;
	const claims = decode(payload);
	if (claims === undefined || claims.iss !== world.origin || !apiResources(world).includes(String(claims.aud)))
		return undefined;
	const { sub, client_id: client, sid, scope = "", exp } = claims;
	if (typeof sub !== "string" || typeof client !== "string" || typeof sid !== "string") return undefined;
	if (typeof scope !== "string" || typeof exp !== "number") return undefined;
	return { subject: sub, client, grant: sid, scope, expiresAt: exp };
}

function decode(part: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
		return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
}

interface Verifier {
	readonly alg: SigningKey["alg"];
	readonly key: KeyObject;
}

/** The public keys of the last revision that was seen, by store. */
const seen = new WeakMap<Store, { readonly rev: number; readonly keys: ReadonlyMap<string, Verifier> }>();

async function keysOf(world: Pick<World, "store" | "clock" | "vault">): Promise<ReadonlyMap<string, Verifier>> {
	const known = seen.get(world.store);
	if (known !== undefined && known.rev === (await signingKeysRevision(world))) return known.keys;
	const { rev, keys } = await signingKeys(world);
	const verifiers = new Map(
		keys.map(({ kid, alg, jwk }) => [kid, { alg, key: createPublicKey({ key: jwk, format: "jwk" }) }]),
	);
	seen.set(world.store, { rev, keys: verifiers });
	return verifiers;
}
