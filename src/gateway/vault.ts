import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { platform } from "node:os";
import path from "node:path";
import { isKeyOf, needsKey, rememberKey } from "#core/catalogue/vault-key.ts";
import { SetupError } from "#core/errors.ts";
import type { Store } from "#core/ports/store.ts";
import { createSealing, type Vault } from "#core/vault.ts";
import { makeFolder, syncFolder } from "./data-folder.ts";
import { fileTrouble } from "./file-trouble.ts";

const fileIn = (dataDir: string): string => path.join(dataDir, "keys", "secrets.key");
const restore = "Restore it from the backup of the data folder";

/**
 * Opens the key that encrypts stored secrets. It is created at the first start, readable by the user of the process only (design §9 rule
 * 6). A store that holds secrets is never opened with another key than theirs, because it would go on with half of its data unreadable.
 *
 * @throws {SetupError} the key of the store's secrets is missing, damaged, readable by others or another one
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

/** Reads the key of a data folder that has been opened. @throws {SetupError} the file is missing, damaged or readable by others */
export function readVault(dataDir: string): Vault {
	const file = fileIn(dataDir);
	const text = read(file).trim();
	const key = Buffer.from(text, "base64");
	if (key.length !== 32 || key.toString("base64") !== text)
		throw new SetupError(
			`${file} does not contain a key of 32 bytes, and stored secrets can't be read without it. ${restore}`,
		);
	assertPrivate(file);
	return createSealing(key);
}

/** Elsewhere than on Windows, which has no such modes, other users must not be able to read the key. */
function assertPrivate(file: string): void {
	const mode = statSync(file).mode & 0o777;
	if (platform() !== "win32" && (mode & 0o077) !== 0)
		throw new SetupError(
			`${file} can be read or changed by other users of this machine (mode ${mode.toString(8)}). Run: chmod 600 ${file}`,
		);
}

/** False if there is no key file, or an empty one, which a crash at the first start of an earlier version may have left. */
const hasKey = (file: string): boolean => read(file).trim() !== "";

function read(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
		throw fileTrouble(error, file) ?? error;
	}
}

/** Puts a new key on the disk before the store can hold anything that is encrypted with it. */
function createKey(file: string): void {
	const folder = path.dirname(file);
	const draft = `${file}.${randomBytes(6).toString("hex")}`;
	try {
		makeFolder(folder);
		try {
			writeFileSync(draft, randomBytes(32).toString("base64"), { mode: 0o600, flag: "wx", flush: true });
			putInPlace(draft, file);
		} finally {
			rmSync(draft, { force: true });
		}
		syncFolder(folder);
	} catch (error) {
		throw fileTrouble(error, file) ?? error;
	}
}

/** Gives a draft its name. Of concurrent processes, the first wins; an empty file is replaced. */
function putInPlace(draft: string, file: string): void {
	try {
		linkSync(draft, file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		if (!hasKey(file)) renameSync(draft, file);
	}
}
