import { existsSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SetupError } from "#core/errors.ts";
import { openDataFolder } from "./data-folder.ts";
import { databaseTrouble } from "./store-trouble.ts";

/** The process that has a data folder to itself. */
export interface Holder {
	/** The command that it runs. */
	readonly command: string;
	readonly pid: number;
	readonly host: string;
	/** Milliseconds since 1970. */
	readonly since: number;
}

/** How long to wait for another process that is only looking who holds the lock, in milliseconds. */
const patienceMs = 1_000;

const fileOf = (dataDir: string): string => path.join(dataDir, "server.lock");

/**
 * Takes a data folder for a server, or for a command that no server may run beside. Two servers on one folder would both deliver everything.
 *
 * The lock is the write lock of a tiny SQLite database: the operating system releases it when the process ends in any way, so that there
 * is never a stale one, and other processes can read who holds it meanwhile.
 *
 * @returns releases the lock
 * @throws {SetupError} another process holds it; the message says which one
 */
export function takeServerLock(dataDir: string, command: string): Disposable {
	openDataFolder(dataDir);
	const database = openLock(dataDir, patienceMs);
	try {
		while (!tryToHold(database, { command, pid: process.pid, host: hostname(), since: Date.now() })) {
			// Another process took the lock between the two transactions, and has released it.
		}
	} catch (error) {
		const holder = isBusy(error) ? readHolder(database) : undefined;
		database.close();
		throw isBusy(error) ? new SetupError(refusal(dataDir, holder)) : unusable(error, dataDir);
	}
	return {
		[Symbol.dispose]() {
			if (database.isOpen) database.close();
		},
	};
}

/** The process that holds a data folder; `undefined` if there is none. */
export function holderOf(dataDir: string): Holder | undefined {
	if (!existsSync(fileOf(dataDir))) return undefined;
	const database = openLock(dataDir, 0);
	try {
		database.exec("BEGIN IMMEDIATE");
		return undefined;
	} catch (error) {
		if (!isBusy(error)) throw unusable(error, dataDir);
		database.exec(`PRAGMA busy_timeout = ${patienceMs}`);
		return readHolder(database);
	} finally {
		database.close();
	}
}

/** @throws {SetupError} a process holds the data folder; the message says which one */
export function assertNotHeld(dataDir: string): void {
	const holder = holderOf(dataDir);
	if (holder !== undefined) throw new SetupError(refusal(dataDir, holder));
}

function openLock(dataDir: string, timeout: number): DatabaseSync {
	try {
		return new DatabaseSync(fileOf(dataDir), { timeout });
	} catch (error) {
		throw unusable(error, dataDir);
	}
}

/** The lock holds nothing of value: a file that is damaged may be deleted. */
function unusable(error: unknown, dataDir: string): unknown {
	const code = Number((error as { errcode?: number }).errcode) & 0xff;
	if (code === corrupt || code === notADatabase)
		return new SetupError(`${fileOf(dataDir)} is damaged. Delete it: it holds no data`, { cause: error });
	return databaseTrouble(error, fileOf(dataDir)) ?? error;
}

/** Writes the holder down and takes the write lock, which leaves the holder readable. */
function tryToHold(database: DatabaseSync, holder: Holder): boolean {
	const text = JSON.stringify(holder);
	database.exec("BEGIN IMMEDIATE");
	database.exec("CREATE TABLE IF NOT EXISTS holder (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT NULL) STRICT");
	database.prepare("INSERT OR REPLACE INTO holder VALUES (1, ?)").run(text);
	database.exec("COMMIT");
	database.exec("BEGIN IMMEDIATE");
	if (database.prepare("SELECT text FROM holder").get()?.["text"] === text) return true;
	database.exec("ROLLBACK");
	return false;
}

function readHolder(database: DatabaseSync): Holder | undefined {
	const text = database.prepare("SELECT text FROM holder").get()?.["text"];
	return typeof text === "string" ? (JSON.parse(text) as Holder) : undefined;
}

function refusal(dataDir: string, holder: Holder | undefined): string {
	const by =
		holder === undefined
			? "another process"
			: `"${holder.command}" of process ${holder.pid} on ${holder.host}, since ${new Date(holder.since).toISOString()}`;
	return `${path.resolve(dataDir)} is in use by ${by}. Only one server can run on a data folder: stop it first`;
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const [corrupt, notADatabase] = [11, 26];
/** SQLITE_BUSY: another connection holds the lock. */
const isBusy = (error: unknown): boolean => (error as { errcode?: number }).errcode === 5;
