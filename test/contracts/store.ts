import type { ExecutionContext } from "ava";
import type { Clock } from "../../src/core/clock.ts";
import type { FailPoints } from "../../src/core/ports/fail-points.ts";
import type { Collection, Store } from "../../src/core/ports/store.ts";
import { documentsContract } from "./store-documents.ts";
import { foldsContract } from "./store-folds.ts";
import { logContract } from "./store-log.ts";
import { owedContract } from "./store-owed.ts";
import { pagesContract } from "./store-pages.ts";
import { restartContract } from "./store-restart.ts";

/** Options for opening a store, by default with the collections of the tests, no fail-points and the system clock. */
export interface OpenOptions {
	readonly collections?: readonly Collection<never>[];
	readonly failPoints?: FailPoints;
	readonly clock?: Clock;
}

/** The database of a test, which several stores can open, at the same time or one after another. */
export interface Database {
	open(options?: OpenOptions): Promise<Store>;
}
/** Creates an empty database for a test. */
export type NewDatabase = (t: ExecutionContext) => Promise<Database>;

/** The tests of the Store port, for any backend. */
export function storeContract(name: string, newDatabase: NewDatabase): void {
	documentsContract(name, newDatabase);
	pagesContract(name, newDatabase);
	logContract(name, newDatabase);
	foldsContract(name, newDatabase);
	owedContract(name, newDatabase);
	restartContract(name, newDatabase);
}
