import { createHash, createPublicKey, generateKeyPair, type JsonWebKey, type KeyObject } from "node:crypto";
import type { World } from "../events/world.ts";
import type { Collection } from "../ports/store.ts";

const algorithms = ["RS256", "EdDSA"] as const;

/** A key by which ID tokens and JWT access tokens are signed. */
export interface SigningKey {
	readonly kid: string;
	readonly alg: (typeof algorithms)[number];
	/** The private key (RFC 7517). */
	readonly jwk: JsonWebKey;
	readonly createdAt: number;
	/** Since when another key signs; absent: it is the one that does. */
	readonly retiredAt?: number;
}

/** All of them in one sealed document, so that a rotation is one compare-and-set. */
export const signingKeySets: Collection<{ readonly sealed: string }> = {
	name: "signing_keys",
	version: 1,
	indexes: {},
};

/** For how long a key that signs no more is still published: what it has signed lives for an hour, what others cache for a day. */
export const overlapMs = 48 * 3_600_000;

const id = "current";
type Keeper = Pick<World, "store" | "clock" | "vault">;

/** The keys that are published now, those that sign first. `rev` changes when they do. */
export interface PublishedKeys {
	readonly rev: number;
	readonly keys: readonly SigningKey[];
}

/** The keys; made when they are first asked for, the same ones in every process. */
export async function signingKeys(world: Keeper): Promise<PublishedKeys> {
	const stored = await world.store.get(signingKeySets, id);
	if (stored !== undefined) return { rev: stored.rev, keys: published(world, open(world, stored.doc)) };
	const sealed = world.vault.seal(await newKeys(world)) as string;
	await world.store.insertMissing(signingKeySets, [{ id, doc: { sealed } }]);
	return signingKeys(world);
}

/** Their public halves, as a JSON Web Key Set holds them. */
export const publicKeys = ({ keys }: PublishedKeys): readonly JsonWebKey[] =>
	keys.map(({ kid, alg, jwk }) => ({
		...createPublicKey({ key: jwk, format: "jwk" }).export({ format: "jwk" }),
		kid,
		alg,
		use: "sig",
	}));

/** The revision of the keys alone; `undefined`: there are none yet. */
export const signingKeysRevision = async ({ store }: Pick<World, "store">): Promise<number | undefined> =>
	(await store.get(signingKeySets, id))?.rev;

/** Lets new keys sign from now on; the old ones stay published for {@link overlapMs}. Resolves with the new keys' ids. */
export async function rotateSigningKeys(world: Keeper): Promise<readonly string[]> {
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

/** Off the main thread: an RSA key takes a while. */
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
