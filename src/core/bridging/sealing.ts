import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Sealing } from "./state.ts";

/** AES-256-GCM: 12 bytes of nonce, 16 of tag, then the text (design §9 rule 6). @param key 32 bytes */
export function createSealing(key: Buffer): Sealing {
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
	};
}
