import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../core/clock.ts";
import type { Collection } from "../../core/ports/store.ts";
import { openReadOnly } from "./database.ts";
import { createReader, type Reader } from "./reader.ts";

/**
 * The state of the database before the commits that are not durable yet. What is read, others may act on, so nothing may be read that a
 * loss of power could still undo: its place in the log would be given to another event.
 */
export interface DurableSnapshot {
	/** Holds the current state. Called before a transaction; does nothing if a state is held. */
	hold(): void;
	/** Lets the newest state be read again. Called when all commits are durable. */
	release(): void;
	/** Reads the state that is held; `undefined` if none is, because the newest one is durable. */
	readonly reader: Reader | undefined;
	close(): void;
}

/** A snapshot on a connection of its own, which is opened when it is first needed. */
export function createDurableSnapshot(
	file: string,
	clock: Clock,
	collections: readonly Collection<never>[],
): DurableSnapshot {
	let connection: { readonly database: DatabaseSync; readonly reader: Reader } | undefined;
	let isHeld = false;

	function connect(): NonNullable<typeof connection> {
		const database = openReadOnly(file);
		return { database, reader: createReader(database, clock, collections) };
	}

	return {
		hold() {
			if (isHeld) return;
			const { database } = (connection ??= connect());
			// A transaction only sees a certain state from its first read on.
			try {
				database.exec("BEGIN; PRAGMA user_version");
			} catch (error) {
				if (database.isTransaction) database.exec("ROLLBACK");
				throw error;
			}
			isHeld = true;
		},
		release() {
			if (!isHeld) return;
			isHeld = false;
			connection?.database.exec("COMMIT");
		},
		get reader() {
			return isHeld ? connection?.reader : undefined;
		},
		close() {
			isHeld = false;
			connection?.database.close();
			connection = undefined;
		},
	};
}
