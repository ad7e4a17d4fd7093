/**
 * A thread that moves what is in the write-ahead log into the database, and begins the log anew. It flushes both files, and the main
 * thread must not wait for that. It ends by itself.
 */
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

/** How long it waits for the readers and writers of other processes, in milliseconds. */
const timeout = 1_000;

const database = new DatabaseSync(String(workerData), { timeout });
database.exec("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(PASSIVE)");
parentPort?.once("message", () => {
	// From now on the main thread doesn't write, and little is left to do.
	const done = database.prepare("PRAGMA wal_checkpoint(RESTART)").get();
	if (done?.["busy"] === 0) {
		// The first commit in the new log flushes its header, wherever it is made. So it is made here, and changes nothing.
		const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
		database.exec(`PRAGMA user_version = ${version}`);
	}
	database.close();
});
parentPort?.postMessage("copied");
