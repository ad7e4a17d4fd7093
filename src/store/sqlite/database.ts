import { DatabaseSync } from "node:sqlite";

/** Of SQLite's sizes the one at which a page holds several documents and a touched index page is still cheap to log. */
const pageSize = 8192;
/** Pages in the write-ahead log before they are copied into the database: about 32 MB. */
const checkpointAt = 4000;
/** Waiting blocks the event loop, so it is short once the store is open; writes then try again by themselves. */
const patience = { opening: 10_000, open: 10 };

/** Opens the file for this process; others may have it open too. @throws when it is no database or can't be opened */
export function openDatabase(file: string): DatabaseSync {
	const database = new DatabaseSync(file, { timeout: patience.opening });
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

/** From here on a lock of another process is answered soon, instead of waited for. */
export function stopWaiting(database: DatabaseSync): void {
	database.exec(`PRAGMA busy_timeout = ${patience.open}`);
}

/** Runs `work` in one transaction; for the start, before writes are grouped. */
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
