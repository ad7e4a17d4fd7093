import { DatabaseSync } from "node:sqlite";

/** A page holds several documents, and a changed index page is still cheap to write to the log. */
const pageSize = 8192;
/** How many pages the write-ahead log has before a checkpoint: about 32 MB. */
export const checkpointAt = 4000;
/** How long opening waits for the locks of other processes, in milliseconds. */
const openingTimeout = 10_000;

/** Opens a database file, which other processes may have open too. @throws it can't be opened or is not a database */
export function openDatabase(file: string): DatabaseSync {
	const database = new DatabaseSync(file, { timeout: openingTimeout });
	try {
		database.exec(`
			PRAGMA page_size = ${pageSize};
			PRAGMA journal_mode = WAL;
			PRAGMA synchronous = FULL;
			PRAGMA wal_autocheckpoint = ${checkpointAt};
			PRAGMA journal_size_limit = ${2 * checkpointAt * pageSize};
			PRAGMA cache_size = -65536;
			PRAGMA secure_delete = FAST;
			PRAGMA foreign_keys = OFF;
		`);
	} catch (error) {
		database.close();
		throw error;
	}
	return database;
}

/** Opens a second connection, which only reads. */
export function openReadOnly(file: string): DatabaseSync {
	return new DatabaseSync(file, { readOnly: true, timeout: openingTimeout });
}

/** From now on, a lock of another process is reported at once instead of being waited for, which would block the event loop. */
export function stopWaiting(database: DatabaseSync): void {
	database.exec("PRAGMA busy_timeout = 0");
}

/** From now on, a commit is only written. Flushes and checkpoints, which take as long as the disk does, are made by others. */
export function stopFlushing(database: DatabaseSync): void {
	database.exec("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0");
}

/** Runs `work` in one transaction. For the start, before writes are grouped. */
export function inTransaction(database: DatabaseSync, work: () => void): void {
	database.exec("BEGIN IMMEDIATE");
	try {
		work();
		database.exec("COMMIT");
	} catch (error) {
		if (database.isTransaction) database.exec("ROLLBACK");
		throw error;
	}
}
