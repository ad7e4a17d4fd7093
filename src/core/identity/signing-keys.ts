import { createHash, createPublicKey, generateKeyPair, type JsonWebKey, type KeyObject } from "node:crypto";
import type { World } from "../events/world.ts";
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
type Dependencies = Pick<World, "store" | "clock" | "vault">;

/** The published keys, those that sign first. `rev` changes whenever the keys do. */
export interface PublishedKeys {
	readonly rev: number;
	readonly keys: readonly SigningKey[];
}

/** The published keys, which are created on first use and are the same in every process. */
export async function signingKeys(world: Dependencies): Promise<PublishedKeys> {
	const stored = await world.store.get(signingKeySets, id);
	if (stored !== undefined) return { rev: stored.rev, keys: published(world, open(world, stored.doc)) };
	const sealed = world.vault.seal(await newKeys(world)) as string;
	await world.store.insertMissing(signingKeySets, [{ id, doc: { sealed } }]);
	return signingKeys(world);
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
export const signingKeysRevision = async ({ store }: Pick<World, "store">): Promise<number | undefined> =>
	(await store.get(signingKeySets, id))?.rev;

/** Replaces the signing keys; the old ones stay published for {@link overlapMs}. Resolves with the ids of the new keys. */
export async function rotateSigningKeys(world: Dependencies): Promise<readonly string[]> {
	const fresh = await newKeys(world);
	for (;;) {
		await signingKeys(world);
		const stored = await world.store.get(signingKeySets, id);
		if (stored === undefined) continue;
		const now = world.clock.now();
		const old = published(world, open(world, stored.doc)).map((key) => ({ ...key, retiredAt: key.retiredAt ?? now }));
		const sealed = world.vault.seal([...fresh, ...old]) as string;
		if (await world.store.replace(signingKeySets, id, stored.rev, { sealed })) return fresh.map(({ kid }) => kid);
	}
}

const open = ({ vault }: Pick<World, "vault">, { sealed }: { readonly sealed: string }) =>
	vault.open(sealed) as readonly SigningKey[];

const published = ({ clock }: Pick<World, "clock">, keys: readonly SigningKey[]): readonly SigningKey[] =>
	keys.filter(({ retiredAt }) => retiredAt === undefined || clock.now() < retiredAt + overlapMs);

/** Generates a key pair off the main thread, since an RSA key takes a while. */
const generated = <T>(make: (done: (error: Error | null, publicKey: T, privateKey: T) => void) => void) =>
	new Promise<{ publicKey: T; privateKey: T }>((resolve, reject) =>
		make((error, publicKey, privateKey) => (error === null ? resolve({ publicKey, privateKey }) : reject(error))),
	);

async function newKeys({ clock }: Pick<World, "clock">): Promise<readonly SigningKey[]> {
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
