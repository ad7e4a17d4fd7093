import type { FailPoints } from "../../core/ports/fail-points.ts";
import { StoreBusy, StoreUnavailable } from "../../core/ports/store.ts";
import { mostWaiting } from "../most-waiting.ts";
import { isBusy, publicError } from "./errors.ts";
import type { Job, JobKind } from "./transaction.ts";

/** How long a write waits for the write lock of another process, in milliseconds. */
const lockTimeoutMs = 10_000;

/**
 * How long a transaction waits for more jobs, in milliseconds: at least `short`, half as long as the last flush took if that is longer, but
 * not longer than `long`.
 */
const gathering = { short: 5, long: 15 };

/** A turn of the event loop that takes longer, in milliseconds, has done some work, which may lead to further jobs. */
const busyTurn = 0.2;

/** How many jobs a transaction has. Further ones follow in the next turn of the event loop, and are flushed with it. */
const mostTogether = 250;

/**
 * The longest interval in milliseconds after which removals start a transaction of their own. Removals can be grouped, since those of a
 * thousand deliveries change the same few pages; but a lane that is alone waits for each of its own. So the interval is as long as the last
 * transaction had jobs.
 */
const removalIntervalMs = 15;

/** How jobs are committed and become durable. */
export interface Commits {
	/** Commits jobs in one transaction. Returns whether it has written anything that has to be flushed. */
	transact(jobs: readonly Job[]): boolean;
	/** Resolves when all commits are durable. If it rejects, it is called again, before the next transaction. */
	flush(): Promise<void>;
	/** Called when all commits are durable. */
	durable(): void;
}

/** Groups writes into transactions. */
export interface GroupCommit {
	/**
	 * Runs a job in the next transaction, in the order of the calls. Resolves when its commit is durable.
	 *
	 * @throws {StoreBusy} {@link mostWaiting} are waiting
	 */
	write<T>(kind: JobKind, run: () => T): Promise<T>;
	/** Runs `work` when all commits are durable; no transaction begins until it ends. One at a time. */
	pause(work: () => Promise<void>): Promise<void>;
	/** How many jobs have not been answered. */
	waiting(): number;
	/** Commits the waiting jobs; later ones are rejected. */
	close(): Promise<void>;
}

/**
 * Commits all waiting writes together, hence with one flush of the disk. While it is flushed, no transaction begins, and the writes of
 * the next one gather. The event loop does not wait for the disk.
 */
export function createGroupCommit(commits: Commits, failPoints: FailPoints): GroupCommit {
	let waiting: Job[] = [];
	let committed: Job[] = [];
	/** What was written needs a flush, or the flush before has failed. */
	let unflushed = false;
	let damaged = false;
	let giveUpAt = 0;
	let scheduled = false;
	/** A flush or a pause is under way. */
	let occupied = false;
	let pausing: { work(): Promise<void>; done(ended: Promise<void>): void } | undefined;
	let removing: NodeJS.Timeout | undefined;
	let lastFlush = 0;
	let lastSize = 0;
	/** How long the last flush took. */
	let flushMs = 0;
	let closed: PromiseWithResolvers<void> | undefined;

	/**
	 * Waits as long as the event loop has work that may bring further jobs, since a large group costs little more than a small one. Those who
	 * were answered by the flush before are likely to come back, so they should not always miss the next one.
	 */
	function gather(before: number, since: number, turn: number): void {
		const now = performance.now();
		const patience = Math.max(gathering.short, Math.min(flushMs / 2, gathering.long));
		const mayGrow = waiting.length > before || now - turn > busyTurn;
		if (mayGrow && waiting.length < mostTogether && now - since < patience)
			setImmediate(gather, waiting.length, since, now);
		else commit();
	}

	function schedule(kind: JobKind): void {
		if (scheduled || occupied) return;
		const left = Math.min(lastSize - 1, removalIntervalMs) - (performance.now() - lastFlush);
		if (kind === "removal" && left > 0) {
			removing ??= setTimeout(begin, left);
			return;
		}
		begin();
	}

	function begin(): void {
		clearTimeout(removing);
		removing = undefined;
		if (occupied) return;
		scheduled = true;
		const now = performance.now();
		setImmediate(gather, 0, now, now);
	}

	function commit(): void {
		scheduled = false;
		if (damaged) return flush();
		const jobs = waiting.splice(0, mostTogether);
		try {
			if (commits.transact(jobs)) unflushed = true;
			giveUpAt = 0;
			committed.push(...jobs);
		} catch (error) {
			if (isBusy(error) && !isLate()) {
				waiting = [...jobs, ...waiting];
				// What is committed already must not wait for the lock.
				if (committed.length > 0) return flush();
				scheduled = true;
				setTimeout(commit, 2 + Math.random() * 20);
				return;
			}
			giveUpAt = 0;
			const reason = publicError(error);
			for (const job of jobs) job.reject(reason);
		}
		if (waiting.length === 0 || jobs.length < mostTogether) return flush();
		scheduled = true;
		setImmediate(commit);
	}

	function isLate(): boolean {
		giveUpAt ||= performance.now() + lockTimeoutMs;
		return performance.now() > giveUpAt;
	}

	function flush(): void {
		if (!unflushed && !damaged) return settle();
		occupied = true;
		const start = performance.now();
		commits
			.flush()
			.finally(() => {
				flushMs = performance.now() - start;
			})
			.then(settle, fail);
	}

	function settle(): void {
		occupied = unflushed = damaged = false;
		const jobs = committed;
		committed = [];
		lastSize = jobs.length;
		try {
			commits.durable();
			if (jobs.length > 0) failPoints.hit("store:after-commit");
			for (const job of jobs) job.settle?.();
		} catch (error) {
			const reason = publicError(error);
			for (const job of jobs) job.reject(reason);
		}
		proceed();
	}

	/** The jobs are committed, but may be lost: their outcome is unknown. Those that wait can't be committed on top of them. */
	function fail(error: unknown): void {
		occupied = false;
		damaged = true;
		const reason = new StoreUnavailable("The database can't be flushed to its disk now", { cause: error });
		for (const job of committed.splice(0)) job.reject(reason);
		for (const job of waiting.splice(0)) job.reject(reason);
		proceed();
	}

	function proceed(): void {
		lastFlush = performance.now();
		if (pausing !== undefined) {
			const { work, done } = pausing;
			pausing = undefined;
			occupied = true;
			const ended = work();
			done(ended);
			void ended
				.catch(() => {})
				.then(() => {
					occupied = false;
					proceed();
				});
		} else if (waiting.length > 0) schedule(waiting.every(({ kind }) => kind === "removal") ? "removal" : "log");
		else closed?.resolve();
	}

	return {
		write<T>(kind: JobKind, run: () => T): Promise<T> {
			if (closed) return Promise.reject(new StoreUnavailable("The database is closed"));
			if (waiting.length + committed.length >= mostWaiting) return Promise.reject(new StoreBusy());
			return new Promise<T>((resolve, reject) => {
				waiting.push({ kind, run, resolve: resolve as (value: unknown) => void, reject });
				schedule(kind);
			});
		},

		pause(work) {
			return new Promise((resolve) => {
				pausing = { work, done: resolve };
				if (!scheduled && !occupied) proceed();
			});
		},

		waiting: () => waiting.length + committed.length,

		close(): Promise<void> {
			closed ??= Promise.withResolvers();
			if (removing !== undefined) begin();
			if (!scheduled && !occupied) closed.resolve();
			return closed.promise;
		},
	};
}
