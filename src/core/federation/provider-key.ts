import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { Clock } from "../clock.ts";

/** The key by which this provider signs (OFSCP §3.1). */
export interface ProviderKey {
	readonly kid: string;
	/** The 32 raw bytes of the public Ed25519 key, base64. */
	readonly publicKey: string;
	/** Milliseconds since 1970. */
	readonly createdAt: number;
	/** A detached Ed25519 signature, base64. */
	sign(data: Uint8Array): string;
}

/** What of it everybody may know. */
export type PublishedKey = Pick<ProviderKey, "kid" | "publicKey" | "createdAt">;

/** Where the private half is kept, encrypted at rest. */
export interface Secrets {
	get(key: string): Promise<unknown>;
	setIfAbsent(key: string, value: unknown): Promise<unknown>;
	/** Replaces the value that is there by what `change` makes of it; it is called again when another was faster. */
	update(key: string, change: (kept: unknown) => unknown): Promise<void>;
}

interface Kept {
	readonly pkcs8: string;
	readonly createdAt: number;
	/** Those that signed before it. */
	readonly retired?: readonly (PublishedKey & { readonly retiredAt: number })[];
}

const place = "provider-key";
/** For how long a key that signs no more is still published: others may keep the document for a day (OFSCP §3.1). */
const overlapMs = 48 * 3_600_000;

/** The provider's key: made the first time, the same one from then on, until it is rotated. */
export const providerKey = async (secrets: Secrets, clock: Clock): Promise<ProviderKey> =>
	opened(await keptKey(secrets, clock));

/** The keys by which others may verify what the provider has signed; the one that signs now comes first. */
export async function providerKeys(secrets: Secrets, clock: Clock): Promise<readonly PublishedKey[]> {
	const kept = await keptKey(secrets, clock);
	return [published(opened(kept)), ...overlapping(kept, clock.now()).map(published)];
}

/** Lets a new key sign from now on; the old one stays published for two days. Resolves with the new one. */
export async function rotateProviderKey(secrets: Secrets, clock: Clock): Promise<ProviderKey> {
	await keptKey(secrets, clock);
	const fresh = newKey(clock);
	await secrets.update(place, (last) => {
		const now = clock.now();
		const old = last as Kept;
		return { ...fresh, retired: [{ ...published(opened(old)), retiredAt: now }, ...overlapping(old, now)] };
	});
	return opened(fresh);
}

const keptKey = async (secrets: Secrets, clock: Clock): Promise<Kept> =>
	((await secrets.get(place)) ?? (await secrets.setIfAbsent(place, newKey(clock)))) as Kept;

const overlapping = ({ retired = [] }: Kept, now: number) =>
	retired.filter(({ retiredAt }) => now < retiredAt + overlapMs);

const published = ({ kid, publicKey, createdAt }: PublishedKey): PublishedKey => ({ kid, publicKey, createdAt });

function opened(kept: Kept): ProviderKey {
	const privateKey = createPrivateKey({ key: Buffer.from(kept.pkcs8, "base64"), format: "der", type: "pkcs8" });
	const raw = Buffer.from(createPublicKey(privateKey).export({ format: "jwk" }).x as string, "base64url");
	return {
		kid: `psk-${createHash("sha256").update(raw).digest("hex").slice(0, 12)}`,
		publicKey: raw.toString("base64"),
		createdAt: kept.createdAt,
		sign: (data) => sign(null, data, privateKey).toString("base64"),
	};
}

function newKey(clock: Clock): Kept {
	const { privateKey } = generateKeyPairSync("ed25519");
	return { pkcs8: privateKey.export({ format: "der", type: "pkcs8" }).toString("base64"), createdAt: clock.now() };
}
