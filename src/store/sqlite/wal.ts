import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { DatabaseSync } from "node:sqlite";

/** How much of the log is rewritten at once. */
const blockSize = 2 ** 20;

/**
 * The write-ahead log of a connection that commits with `synchronous = NORMAL`. A commit has then only been written: it survives the end
 * of the process, but not a loss of power. It is durable when the log has been flushed, which the event loop does not wait for.
 */
export interface Wal {
	/** Resolves when everything that was committed before is durable. It must be called again, and alone, if it rejects. */
	flush(): Promise<void>;
	close(): Promise<void>;
}

/** @param file the database, on which the connection is open */
export function createWal(file: string, database: DatabaseSync): Wal {
	let opened: FileHandle | undefined;
	let damaged = false;

	/** The log exists from the first commit on, and is the same file until the connection is closed. */
	async function log(): Promise<FileHandle> {
		return (opened ??= await open(`${file}-wal`, constants.O_RDWR));
	}

	/**
	 * After a flush has failed, the system may regard what it could not write as written, and the next flush would succeed without it. So
	 * everything is written again. Meanwhile the write lock keeps other processes from changing the log.
	 */
	async function rewrite(): Promise<void> {
		const handle = await log();
		const block = Buffer.alloc(blockSize);
		database.exec("BEGIN IMMEDIATE");
		try {
			for (let at = 0; ; ) {
				const { bytesRead } = await handle.read(block, 0, blockSize, at);
				if (bytesRead === 0) break;
				for (let done = 0; done < bytesRead; )
					done += (await handle.write(block, done, bytesRead - done, at + done)).bytesWritten;
				at += bytesRead;
			}
			await handle.sync();
		} finally {
			database.exec("ROLLBACK");
		}
	}

	return {
		async flush() {
			try {
				await (damaged ? rewrite() : (await log()).datasync());
				damaged = false;
			} catch (error) {
				damaged = true;
				throw error;
			}
		},

		async close() {
			await opened?.close();
			opened = undefined;
		},
	};
}
