import type { DatabaseSync } from "node:sqlite";
import type { FailPoints } from "../../core/ports/fail-points.ts";
import { isOutage } from "./errors.ts";

/**
 * What a job writes: `log`, the log and, by folds that `flush` writes, documents; `document` or `removal`, one document by one statement,
 * which has no effect if it throws; `documents`, several documents.
 */
export type JobKind = "log" | "document" | "removal" | "documents";

/** A write that waits for its transaction. */
export interface Job {
	readonly run: () => unknown;
	readonly kind: JobKind;
	resolve(value: unknown): void;
	reject(reason: unknown): void;
	/** Answers the caller. Set by the transaction, and called when it is durable. */
	settle?: () => void;
}

/** Keeps the in-memory state of the store consistent with the transaction. */
export interface TransactionHooks {
	/** Called before a transaction begins; ends an open read transaction. */
	beginning(): void;
	/** Called when the write lock is held and the newest state is visible. */
	begun(): void;
	/** Writes the folded documents. Called before the commit, and before a job that must see them. */
	flush(): void;
	/** Called when the transaction was rolled back, wholly or in part; drops the state that was derived from it. */
	undone(): void;
}

/** A job failed after it may have written something, so the transaction has to be repeated with savepoints. */
class JobFailed extends Error {}

/**
 * Creates the function that commits jobs in one transaction. It returns whether the transaction has written anything.
 *
 * A savepoint per job would cost more than most jobs, so there are none at first. If a job fails after it has written something, the
 * transaction is rolled back and run again with a savepoint for each job. Jobs must therefore be repeatable.
 */
export function createTransactions(
	database: DatabaseSync,
	failPoints: FailPoints,
	hooks: TransactionHooks,
): (jobs: readonly Job[]) => boolean {
	const beginning = database.prepare("BEGIN IMMEDIATE");
	const commit = database.prepare("COMMIT");
	const changes = database.prepare("SELECT total_changes() AS n");
	const changed = (): unknown => changes.get()?.["n"];

	function transaction(jobs: readonly Job[], runAll: (jobs: readonly Job[]) => void): boolean {
		hooks.beginning();
		beginning.run();
		const before = changed();
		try {
			hooks.begun();
			runAll(jobs);
			failPoints.hit("store:before-commit");
			commit.run();
		} catch (error) {
			hooks.undone();
			if (database.isTransaction) database.exec("ROLLBACK");
			throw error;
		}
		return changed() !== before;
	}

	function runTogether(jobs: readonly Job[]): void {
		for (const job of jobs) {
			if (job.kind !== "log") flushTogether();
			try {
				const value = job.run();
				job.settle = () => job.resolve(value);
			} catch (error) {
				if (isOutage(error)) throw error;
				if (job.kind !== "document" && job.kind !== "removal") throw new JobFailed();
				job.settle = () => job.reject(error);
			}
		}
		flushTogether();
	}

	function flushTogether(): void {
		try {
			hooks.flush();
		} catch (error) {
			throw isOutage(error) ? error : new JobFailed();
		}
	}

	function runApart(jobs: readonly Job[]): void {
		for (const job of jobs) {
			database.exec("SAVEPOINT job");
			try {
				const value = job.run();
				hooks.flush();
				job.settle = () => job.resolve(value);
			} catch (error) {
				if (isOutage(error)) throw error;
				hooks.undone();
				database.exec("ROLLBACK TO job");
				job.settle = () => job.reject(error);
			}
			database.exec("RELEASE job");
		}
	}

	return (jobs) => {
		try {
			return transaction(jobs, runTogether);
		} catch (error) {
			if (!(error instanceof JobFailed)) throw error;
			return transaction(jobs, runApart);
		}
	};
}
