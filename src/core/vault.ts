import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

/** Encodes JSON values for storage and decodes them again, with or without encryption. */
export interface Sealing {
	seal(value: unknown): unknown;
	open(kept: unknown): unknown;
}
/** Encrypts values with this provider's key, and fingerprints values that must be looked up by equality. */
export interface Vault extends Sealing {
	/**
	 * A keyed hash of a text, 64 hex digits. It is used to look up values that can be guessed, such as mail addresses: without the
	 * key it reveals nothing about them.
	 *
	 * @param purpose separates the fingerprints of different kinds of values
	 */
	fingerprint(purpose: string, text: string): string;
}

/**
 * Seals with AES-256-GCM: base64 of a 12-byte nonce, a 16-byte tag and the encrypted JSON (design §9 rule 6).
 *
 * @param key 32 bytes
 */
export function createSealing(key: Buffer): Vault {
	const fingerprinting = Buffer.from(hkdfSync("sha256", key, "", "fingerprints", 32));
	return {
		seal(value) {
			const nonce = randomBytes(12);
			const cipher = createCipheriv("aes-256-gcm", key, nonce);
			const text = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
			return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64");
		},
		open(kept) {
			const bytes = Buffer.from(String(kept), "base64");
			const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
			decipher.setAuthTag(bytes.subarray(12, 28));
			return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8"));
		},
		fingerprint: (purpose, text) =>
			createHmac("sha256", fingerprinting)
				.update(JSON.stringify([purpose, text]))
				.digest("hex"),
	};
}
