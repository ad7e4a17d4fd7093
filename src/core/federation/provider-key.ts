import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { Clock } from "../clock.ts";

/** The key with which this provider signs (OFSCP §3.1). */
export interface ProviderKey {
	readonly kid: string;
	/** The 32 raw bytes of the public Ed25519 key, base64. */
	readonly publicKey: string;
	/** Milliseconds since 1970. */
	readonly createdAt: number;
	/** A detached Ed25519 signature, base64. */
	sign(data: Uint8Array): string;
}

/** The public part of a provider key. */
export type PublishedKey = Pick<ProviderKey, "kid" | "publicKey" | "createdAt">;

/** A key-value store that encrypts its values, for the private key. */
export interface Secrets {
	get(key: string): Promise<unknown>;
	setIfAbsent(key: string, value: unknown): Promise<unknown>;
	/** Replaces a value by compare-and-set; `change` is called again after a concurrent change. */
	update(key: string, change: (stored: unknown) => unknown): Promise<void>;
}

interface StoredKey {
	readonly pkcs8: string;
	readonly createdAt: number;
	/** The keys that it has replaced. */
	readonly retired?: readonly (PublishedKey & { readonly retiredAt: number })[];
}

const secretName = "provider-key";
/** How long a replaced key is still published: others may cache the document for a day (OFSCP §3.1). */
const overlapMs = 48 * 3_600_000;

/** The provider's current key, created on first use. */
export const providerKey = async (secrets: Secrets, clock: Clock): Promise<ProviderKey> =>
	fromStored(await storedKey(secrets, clock));

/** The published keys of the provider, the current one first. */
export async function providerKeys(secrets: Secrets, clock: Clock): Promise<readonly PublishedKey[]> {
	const stored = await storedKey(secrets, clock);
	return [published(fromStored(stored)), ...overlapping(stored, clock.now()).map(published)];
}

/** Replaces the provider's key; the old one stays published for two days. Resolves with the new key. */
export async function rotateProviderKey(secrets: Secrets, clock: Clock): Promise<ProviderKey> {
	await storedKey(secrets, clock);
	const fresh = newKey(clock);
	await secrets.update(secretName, (last) => {
		const now = clock.now();
		const old = last as StoredKey;
		return { ...fresh, retired: [{ ...published(fromStored(old)), retiredAt: now }, ...overlapping(old, now)] };
	});
	return fromStored(fresh);
}

const storedKey = async (secrets: Secrets, clock: Clock): Promise<StoredKey> =>
	((await secrets.get(secretName)) ?? (await secrets.setIfAbsent(secretName, newKey(clock)))) as StoredKey;

const overlapping = ({ retired = [] }: StoredKey, now: number) =>
	retired.filter(({ retiredAt }) => now < retiredAt + overlapMs);

const published = ({ kid, publicKey, createdAt }: PublishedKey): PublishedKey => ({ kid, publicKey, createdAt });

function fromStored(stored: StoredKey): ProviderKey {
	const privateKey = createPrivateKey({ key: Buffer.from(stored.pkcs8, "base64"), format: "der", type: "pkcs8" });
	const raw = Buffer.from(createPublicKey(privateKey).export({ format: "jwk" }).x as string, "base64url");
	return {
		kid: `psk-${createHash("sha256").update(raw).digest("hex").slice(0, 12)}`,
		publicKey: raw.toString("base64"),
		createdAt: stored.createdAt,
		sign: (data) => sign(null, data, privateKey).toString("base64"),
	};
}

function newKey(clock: Clock): StoredKey {
	const { privateKey } = generateKeyPairSync("ed25519");
	return { pkcs8: privateKey.export({ format: "der", type: "pkcs8" }).toString("base64"), createdAt: clock.now() };
}
