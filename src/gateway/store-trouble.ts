import path from "node:path";
import { SetupError } from "#core/errors.ts";
import { StoreUnavailable } from "#core/ports/store.ts";
import type { Config } from "../config.ts";
import { databaseName } from "./data-folder.ts";
import { fileTrouble, isFull, obstacleIn } from "./file-trouble.ts";

const restore = 'Restore a backup: see docs/operations.md, "Restoring a backup"';

/** What is wrong with an SQLite database and what to do about it, by the primary result code (sqlite.org/rescode.html). */
const reasons: Readonly<Record<number, string>> = {
	5: "another process has locked it for too long. Stop that process, or try again later",
	6: "another process has locked it for too long. Stop that process, or try again later",
	7: "the machine has too little memory. Free some",
	8: "it can't be written to. Change its owner or its permissions",
	10: "the disk reports an error. Look for the disk in the system's log, and go on from a backup on another one",
	11: `it is damaged. ${restore}`,
	13: "the disk is full. Free some space, or set dataDir to a folder on another disk",
	14: "it can't be opened. Check its owner, its permissions and its disk",
	26: `it is not an SQLite database. If it is to be one, ${restore.replace("R", "r")}; otherwise move it away`,
};
const [readOnly, ioError, cantOpen, full] = [8, 10, 14, 13];

/** The error of an SQLite database in one line: which file, what is wrong with it, what to do; `undefined` for any other error. */
export function databaseTrouble(error: unknown, file: string): SetupError | undefined {
	const extended = error instanceof Error && "errcode" in error ? Number(error.errcode) : 0;
	let code = extended & 0xff;
	if (!Object.hasOwn(reasons, code)) return undefined;
	// SQLite doesn't say what the system said.
	if (code === readOnly || code === ioError || code === cantOpen) {
		const [folder, name] = [path.dirname(file), path.basename(file)];
		const obstacle = obstacleIn(folder, [name, `${name}-wal`, `${name}-shm`, `${name}-journal`]);
		if (obstacle !== undefined) return obstacle;
		if (isFull(folder)) code = full;
	}
	return new SetupError(`${path.resolve(file)} can't be used: ${reasons[code]}`, { cause: error });
}

/**
 * What an operator has to know of an error of the store, of a file or of the system, in one line: which file or setting, what is wrong,
 * what to do. `undefined` for an error of the program.
 */
export function troubleOf(
	error: unknown,
	{ store, dataDir }: Pick<Config, "store" | "dataDir">,
): SetupError | undefined {
	if (!(error instanceof Error)) return undefined;
	if (error instanceof StoreUnavailable) {
		if (store.kind === "sqlite") {
			const found = databaseTrouble(error.cause, path.join(dataDir, databaseName));
			return found ?? new SetupError(`${path.join(dataDir, databaseName)}: ${error.message}`, { cause: error });
		}
		const reason = error.cause instanceof Error ? ` (${error.cause.message.split("\n", 1)[0]})` : "";
		return new SetupError(
			`store.url: the MongoDB server at ${placeOf(store.url)} does not answer as it should${reason}. Start it, or correct store.url`,
			{ cause: error },
		);
	}
	if ("path" in error && typeof error.path === "string") return fileTrouble(error, error.path);
	return undefined;
}

/** The hosts of a URL, without its user, password, database and options. */
const placeOf = (url: string): string => url.replace(/^[^:]*:\/\/(?:.*@)?/, "").replace(/[/?].*$/, "");
