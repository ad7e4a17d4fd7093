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

/** Where the private half is kept, encrypted at rest. */
export interface Secrets {
	get(key: string): Promise<unknown>;
	setIfAbsent(key: string, value: unknown): Promise<unknown>;
}

interface Kept {
	readonly pkcs8: string;
	readonly createdAt: number;
}

/** The provider's key: made the first time, the same one from then on. */
export async function providerKey(secrets: Secrets, clock: Clock): Promise<ProviderKey> {
	const kept = ((await secrets.get("provider-key")) ??
		(await secrets.setIfAbsent("provider-key", newKey(clock)))) as Kept;
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
