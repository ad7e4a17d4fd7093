import type { DatabaseSync } from "node:sqlite";

/** A transaction for the reads of one turn of the event loop. */
export interface ReadTransaction {
	/** Begins the transaction if it is not open. Called before each read. */
	enter(): void;
	/** Ends the transaction. Called before a write. */
	end(): void;
}

/**
 * Consecutive reads share a transaction until the turn of the event loop ends. A statement outside of a transaction acquires and releases
 * locks of the file, which is two thirds of the cost of reading a document.
 */
export function createReadTransaction(database: DatabaseSync): ReadTransaction {
	const begin = database.prepare("BEGIN");
	const commit = database.prepare("COMMIT");
	let isOpen = false;

	function end(): void {
		if (!isOpen) return;
		isOpen = false;
		commit.run();
	}

	return {
		enter() {
			if (isOpen) return;
			begin.run();
			isOpen = true;
			setImmediate(end);
		},
		end,
	};
}
