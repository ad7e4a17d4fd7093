import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createSealing, type Vault } from "#core/vault.ts";

/**
 * Opens the key that encrypts stored secrets. It is created at the first start, readable by the user of the process only (design §9 rule
 * 6).
 *
 * @throws {Error} if the key file is damaged
 */
export function openVault(dataDir: string): Vault {
	const folder = path.join(dataDir, "keys");
	const file = path.join(folder, "secrets.key");
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	try {
		writeFileSync(file, randomBytes(32).toString("base64"), { mode: 0o600, flag: "wx" });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
	const key = Buffer.from(readFileSync(file, "utf8"), "base64");
	if (key.length !== 32)
		throw new Error(`${file} does not contain a key of 32 bytes. Stored secrets can't be decrypted without it`);
	return createSealing(key);
}
