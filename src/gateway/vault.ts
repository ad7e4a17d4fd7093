import { randomBytes } from "node:crypto";
import {
	closeSync,
	existsSync,
	fsyncSync,
	linkSync,
	mkdirSync,
	openSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import path from "node:path";
import { SetupError } from "#core/errors.ts";
import { isKeyOf, needsKey, rememberKey } from "#core/identity/vault-key.ts";
import type { Store } from "#core/ports/store.ts";
import { createSealing, type Vault } from "#core/vault.ts";

const fileIn = (dataDir: string): string => path.join(dataDir, "keys", "secrets.key");
const restore = "Restore it from the backup of the data folder";

/**
 * Opens the key that encrypts stored secrets. It is created at the first start, readable by the user of the process only (design §9 rule
 * 6). A store that holds secrets is never opened with another key than theirs, because it would go on with half of its data unreadable.
 *
 * @throws {SetupError} the key of the store's secrets is missing, damaged or another one
 */
export async function openVault(dataDir: string, store: Store): Promise<Vault> {
	const file = fileIn(dataDir);
	// Asked before the file: another process that starts for the first time writes the file before the store.
	const isNeeded = await needsKey({ store });
	if (!hasKey(file)) {
		if (isNeeded)
			throw new SetupError(`${file} is missing, and the secrets in the database can't be read without it. ${restore}`);
		createKey(file);
	}
	const vault = readVault(dataDir);
	if (!(await isKeyOf({ store }, vault)))
		throw new SetupError(`${file} is not the key of the secrets in this database. ${restore}`);
	await rememberKey({ store }, vault);
	return vault;
}

/** Reads the key of a data folder that has been opened. @throws {SetupError} the file is missing or damaged */
export function readVault(dataDir: string): Vault {
	const file = fileIn(dataDir);
	const key = Buffer.from(read(file), "base64");
	if (key.length !== 32)
		throw new SetupError(
			`${file} does not contain a key of 32 bytes, and stored secrets can't be read without it. ${restore}`,
		);
	return createSealing(key);
}

/** False if there is no key file, or an empty one, which a crash at the first start leaves. */
const hasKey = (file: string): boolean => read(file).trim() !== "";

function read(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === "ENOENT") return "";
		throw new SetupError(`${file} can't be read: ${message}`, { cause: error });
	}
}

/** Puts a new key on the disk before the store can hold anything that is encrypted with it. Of concurrent processes, the first wins. */
function createKey(file: string): void {
	const folder = path.dirname(file);
	const draft = `${file}.${randomBytes(6).toString("hex")}`;
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	writeFileSync(draft, randomBytes(32).toString("base64"), { mode: 0o600, flag: "wx", flush: true });
	if (existsSync(file) && !hasKey(file)) rmSync(file);
	try {
		linkSync(draft, file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	} finally {
		rmSync(draft);
	}
	const parent = openSync(folder, "r");
	fsyncSync(parent);
	closeSync(parent);
}
