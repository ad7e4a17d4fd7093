import { createHash, createPublicKey, generateKeyPair, type JsonWebKey, type KeyObject } from "node:crypto";
import type { CoreContext } from "../events/context.ts";
import type { Collection } from "../ports/store.ts";

const algorithms = ["RS256", "EdDSA"] as const;

/** A key that signs ID tokens and JWT access tokens. */
export interface SigningKey {
	readonly kid: string;
	readonly alg: (typeof algorithms)[number];
	/** The private key (RFC 7517). */
	readonly jwk: JsonWebKey;
	readonly createdAt: number;
	/** When another key replaced it; absent for a key that signs. */
	readonly retiredAt?: number;
}

/** All signing keys in one encrypted document, so that a rotation is one compare-and-set. */
export const signingKeySets: Collection<{ readonly sealed: string }> = {
	name: "signing_keys",
	version: 1,
	indexes: {},
};

/** How long a replaced key is still published: tokens live for an hour, and clients cache the keys for a day. */
export const overlapMs = 48 * 3_600_000;

const id = "current";
type Dependencies = Pick<CoreContext, "store" | "clock" | "vault">;

/** The published keys, those that sign first. `rev` changes whenever the keys do. */
export interface PublishedKeys {
	readonly rev: number;
	readonly keys: readonly SigningKey[];
}

/** The published keys, which are created on first use and are the same in every process. */
export async function signingKeys(context: Dependencies): Promise<PublishedKeys> {
	const stored = await context.store.get(signingKeySets, id);
	if (stored !== undefined) return { rev: stored.rev, keys: published(context, open(context, stored.doc)) };
	const sealed = context.vault.seal(await newKeys(context)) as string;
	await context.store.insertMissing(signingKeySets, [{ id, doc: { sealed } }]);
	return signingKeys(context);
}

/** The public keys, as members of a JSON Web Key Set (RFC 7517). */
export const publicKeys = ({ keys }: PublishedKeys): readonly JsonWebKey[] =>
	keys.map(({ kid, alg, jwk }) => ({
		...createPublicKey({ key: jwk, format: "jwk" }).export({ format: "jwk" }),
		kid,
		alg,
		use: "sig",
	}));

/** The revision of the keys; `undefined` if there are none yet. */
export const signingKeysRevision = async ({ store }: Pick<CoreContext, "store">): Promise<number | undefined> =>
	(await store.get(signingKeySets, id))?.rev;

/** Replaces the signing keys; the old ones stay published for {@link overlapMs}. Resolves with the ids of the new keys. */
export async function rotateSigningKeys(context: Dependencies): Promise<readonly string[]> {
	const fresh = await newKeys(context);
	for (;;) {
		await signingKeys(context);
		const stored = await context.store.get(signingKeySets, id);
		if (stored === undefined) continue;
		const now = context.clock.now();
		const old = published(context, open(context, stored.doc)).map((key) => ({
			...key,
			retiredAt: key.retiredAt ?? now,
		}));
		const sealed = context.vault.seal([...fresh, ...old]) as string;
		if (await context.store.replace(signingKeySets, id, stored.rev, { sealed })) return fresh.map(({ kid }) => kid);
	}
}

const open = ({ vault }: Pick<CoreContext, "vault">, { sealed }: { readonly sealed: string }) =>
	vault.open(sealed) as readonly SigningKey[];

const published = ({ clock }: Pick<CoreContext, "clock">, keys: readonly SigningKey[]): readonly SigningKey[] =>
	keys.filter(({ retiredAt }) => retiredAt === undefined || clock.now() < retiredAt + overlapMs);

/** Generates a key pair off the main thread, since an RSA key takes a while. */
const generated = <T>(make: (done: (error: Error | null, publicKey: T, privateKey: T) => void) => void) =>
	new Promise<{ publicKey: T; privateKey: T }>((resolve, reject) =>
		make((error, publicKey, privateKey) => (error === null ? resolve({ publicKey, privateKey }) : reject(error))),
	);

async function newKeys({ clock }: Pick<CoreContext, "clock">): Promise<readonly SigningKey[]> {
	const pairs = await Promise.all([
		generated<KeyObject>((done) => generateKeyPair("rsa", { modulusLength: 2048 }, done)),
		generated<KeyObject>((done) => generateKeyPair("ed25519", {}, done)),
	]);
	return pairs.map(({ privateKey, publicKey }, i) => {
		const der = publicKey.export({ format: "der", type: "spki" });
		const kid = createHash("sha256").update(der).digest("base64url").slice(0, 16);
		return {
			kid,
			alg: algorithms[i] as SigningKey["alg"],
			jwk: privateKey.export({ format: "jwk" }),
			createdAt: clock.now(),
		};
	});
}
