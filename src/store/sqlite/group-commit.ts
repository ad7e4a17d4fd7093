import type { DatabaseSync } from "node:sqlite";
import type { FailPoints } from "../../core/ports/fail-points.ts";
import { StoreUnavailable } from "../../core/ports/store.ts";
import { isBusy, isOutage, publicError } from "./errors.ts";

/** How long a write waits for the write lock of another process, in milliseconds. */
const lockTimeoutMs = 10_000;

/** How long a transaction waits for more jobs, in milliseconds; if none arrive, for one turn of the event loop. */
const gatherMs = 5;

/**
 * Removals start a transaction of their own at most this often, in milliseconds. Callers wait for other writes, but removals can be
 * grouped: those of a thousand deliveries change the same few pages.
 */
const removalIntervalMs = 15;

/**
 * What a job writes: `log`, the log and, by folds that `flush` writes, documents; `document` or `removal`, one document by one statement,
 * which has no effect if it throws; `documents`, several documents.
 */
export type JobKind = "log" | "document" | "removal" | "documents";

interface Job {
	readonly run: () => unknown;
	readonly kind: JobKind;
	resolve(value: unknown): void;
	reject(reason: unknown): void;
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
	/** Called when the transaction is durable; must not throw. */
	committed(): void;
	/** Called when the transaction was rolled back, wholly or in part; drops the state that was derived from it. */
	undone(): void;
}

/** Groups writes into transactions. */
export interface GroupCommit {
	/** Runs a job in the next transaction, in the order of the calls. Resolves when its commit is durable. */
	write<T>(kind: JobKind, run: () => T): Promise<T>;
	/** Commits the waiting jobs; later ones are rejected. */
	close(): Promise<void>;
}

/** A job failed after it may have written something, so the transaction has to be repeated with savepoints. */
class JobFailed extends Error {}

/**
 * Commits all waiting writes in one transaction, hence with one fsync.
 *
 * A savepoint per job would cost more than most jobs, so there are none at first. If a job fails after it has written something, the
 * transaction is rolled back and run again with a savepoint for each job. Jobs must therefore be repeatable.
 */
export function createGroupCommit(
	database: DatabaseSync,
	failPoints: FailPoints,
	hooks: TransactionHooks,
): GroupCommit {
	const beginning = database.prepare("BEGIN IMMEDIATE");
	const commit = database.prepare("COMMIT");
	let waiting: Job[] = [];
	let giveUpAt = 0;
	let scheduled = false;
	let removing: NodeJS.Timeout | undefined;
	let lastFlush = 0;
	let closed: PromiseWithResolvers<void> | undefined;

	/** Waits as long as each turn brings further jobs, since a large group costs little more than a small one. */
	function gather(before: number, since: number): void {
		if (waiting.length > before && performance.now() - since < gatherMs) setImmediate(gather, waiting.length, since);
		else flush();
	}

	function schedule(kind: JobKind): void {
		if (scheduled) return;
		const sinceLast = performance.now() - lastFlush;
		if (kind === "removal" && sinceLast < removalIntervalMs) {
			removing ??= setTimeout(begin, removalIntervalMs - sinceLast);
			return;
		}
		begin();
	}

	function begin(): void {
		clearTimeout(removing);
		removing = undefined;
		scheduled = true;
		setImmediate(gather, 0, performance.now());
	}

	function flush(): void {
		scheduled = false;
		const jobs = waiting;
		waiting = [];
		try {
			transact(jobs);
			giveUpAt = 0;
			for (const job of jobs) job.settle?.();
		} catch (error) {
			if (isBusy(error) && !isLate()) {
				waiting = [...jobs, ...waiting];
				scheduled = true;
				setTimeout(flush, 2 + Math.random() * 20);
				return;
			}
			giveUpAt = 0;
			const reason = publicError(error);
			for (const job of jobs) job.reject(reason);
		}
		lastFlush = performance.now();
		closed?.resolve();
	}

	function isLate(): boolean {
		giveUpAt ||= performance.now() + lockTimeoutMs;
		return performance.now() > giveUpAt;
	}

	function transact(jobs: readonly Job[]): void {
		try {
			transaction(jobs, runTogether);
		} catch (error) {
			if (!(error instanceof JobFailed)) throw error;
			transaction(jobs, runApart);
		}
		failPoints.hit("store:after-commit");
	}

	function transaction(jobs: readonly Job[], runAll: (jobs: readonly Job[]) => void): void {
		hooks.beginning();
		beginning.run();
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
		hooks.committed();
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

	return {
		write<T>(kind: JobKind, run: () => T): Promise<T> {
			if (closed) return Promise.reject(new StoreUnavailable("The database is closed"));
			return new Promise<T>((resolve, reject) => {
				waiting.push({ kind, run, resolve: resolve as (value: unknown) => void, reject });
				schedule(kind);
			});
		},

		close(): Promise<void> {
			closed ??= Promise.withResolvers();
			if (removing !== undefined) begin();
			if (!scheduled) closed.resolve();
			return closed.promise;
		},
	};
}
