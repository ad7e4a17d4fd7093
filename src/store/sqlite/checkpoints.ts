import { once } from "node:events";
import type { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { checkpointAt } from "./database.ts";

/** After a checkpoint that could not be finished, the next one begins when the log has grown by this many pages. */
const retryAfter = checkpointAt / 4;

/** Keeps the write-ahead log short, on a thread that exists only while there is something to do. */
export interface Checkpoints {
	/** Begins a checkpoint if the log is long. Called after each flush. */
	consider(): void;
	/** Resolves when no checkpoint is running. */
	close(): Promise<void>;
}

/**
 * @param database a connection to the file that doesn't make checkpoints by itself
 * @param pause runs the last part of a checkpoint while nothing is written. Without such a moment, a log that is written all the time
 * could never begin anew
 */
export function createCheckpoints(
	file: string,
	database: DatabaseSync,
	pause: (work: () => Promise<void>) => Promise<void>,
): Checkpoints {
	const state = database.prepare("PRAGMA wal_checkpoint(NOOP)");
	let dueAt = checkpointAt;
	let running: Promise<void> | undefined;

	async function checkpoint(): Promise<void> {
		const worker = new Worker(new URL("./checkpoint-worker.ts", import.meta.url), { workerData: file });
		// `once` rejects if the thread fails; a thread that ends before its time must not be waited for.
		const ended = once(worker, "exit").then(() => {});
		ended.catch(() => {});
		await Promise.race([once(worker, "message"), ended]);
		await pause(async () => {
			worker.postMessage("finish");
			await ended;
		});
	}

	return {
		consider() {
			if (running !== undefined) return;
			const pages = Number(state.get()?.["log"]);
			if (pages < checkpointAt) dueAt = checkpointAt;
			if (pages < dueAt) return;
			dueAt = pages + retryAfter;
			// A checkpoint that failed is no loss: the log only stays longer until the next one.
			running = checkpoint()
				.catch(() => {})
				.finally(() => {
					running = undefined;
				});
		},
		async close() {
			await running;
		},
	};
}
