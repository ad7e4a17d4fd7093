import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

/** How a value is kept: as it is, or sealed. */
export interface Sealing {
	seal(value: unknown): unknown;
	open(kept: unknown): unknown;
}
/** What is kept so that only this provider's key opens it, and what is found again by such a value. */
export interface Vault extends Sealing {
	/**
	 * The same text gives the same fingerprint, which says nothing of it to whoever lacks the key: for looking up what can be
	 * guessed, such as a mail address. 64 hex digits.
	 *
	 * @param purpose keeps the fingerprints of different things apart
	 */
	fingerprint(purpose: string, text: string): string;
}

/** AES-256-GCM: 12 bytes of nonce, 16 of tag, then the text (design §9 rule 6). @param key 32 bytes */
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
