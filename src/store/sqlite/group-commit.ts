import type { DatabaseSync } from "node:sqlite";
import type { FailPoints } from "../../core/ports/fail-points.ts";
import { StoreUnavailable } from "../../core/ports/store.ts";
import { isBusy, isOutage, publicError } from "./errors.ts";

/** How long a write waits for another process that holds the write lock, in milliseconds. */
const patience = 10_000;

/** How long a transaction waits for more jobs, in milliseconds; where none come, it waits for one turn of the event loop. */
const gathering = 5;

/**
 * Removals begin a transaction of their own at most this often, in milliseconds. Somebody waits for what is written; what
 * is done with may go together with others: a thousand deliveries touch the same few pages.
 */
const betweenRemovals = 15;

/**
 * What a job touches: the log and, through folds that may be held back, documents; one document by one statement, of
 * which nothing is left when it throws, a removal being one; or several documents.
 */
export type JobKind = "log" | "document" | "removal" | "documents";

interface Job {
	readonly run: () => unknown;
	readonly kind: JobKind;
	resolve(value: unknown): void;
	reject(reason: unknown): void;
	settle?: () => void;
}

/** Everything that the jobs keep in memory about the transaction. */
export interface Bookkeeping {
	/** A transaction is about to begin: whatever else is open ends. */
	beginning(): void;
	/** The write lock is held and the newest state is seen. */
	begun(): void;
	/** Writes out what is held back; called before the commit, and wherever a job must see it. */
	flush(): void;
	/** Some or all of the transaction was undone: forget what it taught. */
	undone(): void;
}

export interface GroupCommit {
	/** Runs `run` in the next transaction, in the order of the calls. Resolves when its commit is durable. */
	write<T>(kind: JobKind, run: () => T): Promise<T>;
	/** Commits what waits; whatever is written later is refused. */
	close(): Promise<void>;
}

/** A job failed halfway, so the others must do without it. */
class Spoilt extends Error {}

/**
 * All writes that wait share one transaction, hence one fsync.
 *
 * A savepoint for each job would cost more than most jobs, so there are none at first. When a job fails after it has
 * written something, the transaction is undone and run again, this time with a savepoint for each: jobs must bear that.
 */
export function createGroupCommit(database: DatabaseSync, failPoints: FailPoints, books: Bookkeeping): GroupCommit {
	const beginning = database.prepare("BEGIN IMMEDIATE");
	const commit = database.prepare("COMMIT");
	let waiting: Job[] = [];
	let giveUpAt = 0;
	let scheduled = false;
	let removing: NodeJS.Timeout | undefined;
	let lastFlush = 0;
	let closed: PromiseWithResolvers<void> | undefined;

	/** Goes on for as long as each turn brings further jobs: a larger group costs little more than a small one. */
	function gather(before: number, since: number): void {
		if (waiting.length > before && performance.now() - since < gathering) setImmediate(gather, waiting.length, since);
		else flush();
	}

	function schedule(kind: JobKind): void {
		if (scheduled) return;
		const sinceLast = performance.now() - lastFlush;
		if (kind === "removal" && sinceLast < betweenRemovals) {
			removing ??= setTimeout(begin, betweenRemovals - sinceLast);
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
		giveUpAt ||= performance.now() + patience;
		return performance.now() > giveUpAt;
	}

	function transact(jobs: readonly Job[]): void {
		try {
			transaction(jobs, runTogether);
		} catch (error) {
			if (!(error instanceof Spoilt)) throw error;
			transaction(jobs, runApart);
		}
		failPoints.hit("store:after-commit");
	}

	function transaction(jobs: readonly Job[], runAll: (jobs: readonly Job[]) => void): void {
		books.beginning();
		beginning.run();
		try {
			books.begun();
			runAll(jobs);
			failPoints.hit("store:before-commit");
			commit.run();
		} catch (error) {
			books.undone();
			if (database.isTransaction) database.exec("ROLLBACK");
			throw error;
		}
	}

	function runTogether(jobs: readonly Job[]): void {
		for (const job of jobs) {
			if (job.kind !== "log") flushTogether();
			try {
				const value = job.run();
				job.settle = () => job.resolve(value);
			} catch (error) {
				if (isOutage(error)) throw error;
				if (job.kind !== "document" && job.kind !== "removal") throw new Spoilt();
				job.settle = () => job.reject(error);
			}
		}
		flushTogether();
	}

	function flushTogether(): void {
		try {
			books.flush();
		} catch (error) {
			throw isOutage(error) ? error : new Spoilt();
		}
	}

	function runApart(jobs: readonly Job[]): void {
		for (const job of jobs) {
			database.exec("SAVEPOINT job");
			try {
				const value = job.run();
				books.flush();
				job.settle = () => job.resolve(value);
			} catch (error) {
				if (isOutage(error)) throw error;
				books.undone();
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
