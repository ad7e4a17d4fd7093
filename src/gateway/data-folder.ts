import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";
import { fileTrouble, obstacleIn } from "./file-trouble.ts";

/** The name of the database in a data folder on SQLite. */
export const databaseName = "causeway.db";

/**
 * Creates a data folder if it does not exist.
 *
 * @throws {SetupError} in one line: it can't be created, or not be written to
 */
export function openDataFolder(folder: string): void {
	try {
		makeFolder(folder);
	} catch (error) {
		throw fileTrouble(error, folder) ?? error;
	}
	const obstacle = obstacleIn(folder, []);
	if (obstacle !== undefined) throw obstacle;
}

/**
 * Creates a folder that only the user of the process can read, and the folders above it that are missing. What is created survives a loss
 * of power. Node's own recursive `mkdir` never returns where the system answers ENOENT whatever exists, for example below `/proc`.
 */
export function makeFolder(folder: string): void {
	try {
		mkdirSync(folder, { mode: 0o700 });
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		// A file of this name is noticed when the folder is used.
		if (code === "EEXIST") return;
		const parent = path.dirname(folder);
		if (code !== "ENOENT" || parent === folder) throw error;
		makeFolder(parent);
		mkdirSync(folder, { mode: 0o700 });
	}
	syncFolder(path.dirname(folder));
}

/** Makes the names of the files in a folder durable. */
export function syncFolder(folder: string): void {
	const descriptor = openSync(folder, "r");
	try {
		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}
