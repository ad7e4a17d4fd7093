import type { ExecutionContext } from "ava";
import type { Clock } from "../../src/core/clock.ts";
import type { FailPoints } from "../../src/core/ports/fail-points.ts";
import type { Collection, Store } from "../../src/core/ports/store.ts";
import { documentsContract } from "./store-documents.ts";
import { foldsContract } from "./store-folds.ts";
import { logContract } from "./store-log.ts";
import { mergeContract } from "./store-merge.ts";
import { owedContract } from "./store-owed.ts";
import { pagesContract } from "./store-pages.ts";
import { restartContract } from "./store-restart.ts";
import { waitingContract } from "./store-waiting.ts";

/** How a backend is opened. Defaults: the suite's collections, no fail-points, the system clock. */
export interface OpenOptions {
	readonly collections?: readonly Collection<never>[];
	readonly failPoints?: FailPoints;
	readonly clock?: Clock;
}

/** A new database for one test, which several stores may open, at the same time or one after the other. */
export interface Place {
	open(opening?: OpenOptions): Promise<Store>;
}
export type NewPlace = (t: ExecutionContext) => Promise<Place>;

/** The contract of the Store port. */
export function storeContract(name: string, newPlace: NewPlace): void {
	documentsContract(name, newPlace);
	pagesContract(name, newPlace);
	mergeContract(name, newPlace);
	logContract(name, newPlace);
	foldsContract(name, newPlace);
	owedContract(name, newPlace);
	restartContract(name, newPlace);
	waitingContract(name, newPlace);
}
