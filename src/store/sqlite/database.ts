import { DatabaseSync } from "node:sqlite";

/** A page holds several documents, and a changed index page is still cheap to write to the log. */
const pageSize = 8192;
/** How many pages the write-ahead log has before a checkpoint: about 32 MB. */
const checkpointAt = 4000;
/** Busy timeouts in milliseconds. Waiting blocks the event loop, so it is short once the store is open, and writes are retried. */
const busyTimeouts = { opening: 10_000, open: 10 };

/** Opens a database file, which other processes may have open too. @throws it can't be opened or is not a database */
export function openDatabase(file: string): DatabaseSync {
	const database = new DatabaseSync(file, { timeout: busyTimeouts.opening });
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

/** From now on, a lock of another process is reported soon instead of being waited for. */
export function stopWaiting(database: DatabaseSync): void {
	database.exec(`PRAGMA busy_timeout = ${busyTimeouts.open}`);
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
