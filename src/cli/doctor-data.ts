import { statSync } from "node:fs";
import path from "node:path";
import type { Config } from "../config.ts";
import { databaseName, freeBytes } from "../gateway.ts";

const MiB = 1024 * 1024;
/** Below this, the disk of a small instance is full within days. */
const lowBytes = 512 * MiB;
/** SQLite keeps the write-ahead log at 64 MiB or less, unless something prevents it from putting the log into the database. */
const longLogBytes = 128 * MiB;

/** What `doctor` says of the disk of the data folder, before it opens anything. */
export function diskLine({ dataDir }: Pick<Config, "dataDir">): string {
	const free = freeBytes(dataDir);
	if (free === undefined) return `disk       ${dataDir} does not exist yet`;
	if (free >= lowBytes) return `disk       ok: ${size(free)} free`;
	return `disk       only ${size(free)} free in ${dataDir}. Free some space: on a full disk, everything that writes is answered with 503`;
}

/** What `doctor` says of the files of an open database and of the key of its secrets. Nothing is said of a database elsewhere. */
export function fileLines({ dataDir, store }: Pick<Config, "dataDir" | "store">): readonly string[] {
	const keys = `keys       ok: ${path.join("keys", "secrets.key")} is the key of this database`;
	if (store.kind !== "sqlite") return [keys];
	const [database, log] = ["", "-wal"].map((ending) => bytesOf(path.join(dataDir, `${databaseName}${ending}`)));
	const files = `files      ${databaseName} ${size(database ?? 0)}, its write-ahead log ${size(log ?? 0)}`;
	const long =
		"           The write-ahead log is long: a program keeps the database open for reading, or the disk is full. Stop other programs that use it";
	return [keys, files, ...((log ?? 0) > longLogBytes ? [long] : [])];
}

const bytesOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function size(bytes: number): string {
	return bytes < 1024 * MiB ? `${(bytes / MiB).toFixed(1)} MiB` : `${(bytes / MiB / 1024).toFixed(1)} GiB`;
}
