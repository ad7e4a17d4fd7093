import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";

/** The digits of the largest row, so that every number overwrites the one before. */
const width = 16;

/**
 * A file beside the database with the newest row that its log ever had. A database whose log ends before that row is older than the last
 * one that was used here: it was restored from a backup.
 *
 * The file is written when a commit is durable, and never flushed: it survives the end of the process, and after a loss of power it may only be too
 * low, which no one can tell from a database without a backup.
 */
export interface NewestRow {
	/** 0 if the file is new. */
	read(): number;
	/** Never throws. */
	write(row: number): void;
	close(): void;
}

/** Opens the file, or creates it. */
export function openNewestRow(file: string): NewestRow {
	const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
	let written: number | undefined;
	return {
		read() {
			const buffer = Buffer.alloc(width);
			const length = readSync(descriptor, buffer, 0, width, 0);
			const text = buffer.toString("latin1", 0, length);
			return /^\d+$/.test(text) ? Number(text) : 0;
		},
		write(row) {
			if (row === written) return;
			try {
				written = row;
				writeSync(descriptor, String(row).padStart(width, "0"), 0, "latin1");
			} catch {
				// The events are durable. A number that is too low only makes an older database harder to notice.
			}
		},
		close() {
			closeSync(descriptor);
		},
	};
}
