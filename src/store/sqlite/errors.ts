import { StoreUnavailable } from "../../core/ports/store.ts";

/** SQLite's extended result codes (sqlite.org/rescode.html); the low byte is the primary code. */
const busy = 5;
const unique = 2067;
const primaryKey = 1555;
/** BUSY LOCKED NOMEM READONLY IOERR CORRUPT FULL CANTOPEN NOTADB: failures of the file or the machine, not of the statement. */
const outages = new Set([busy, 6, 7, 8, 10, 11, 13, 14, 26]);

function codeOf(error: unknown): number {
	const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
	return typeof code === "number" ? code : 0;
}

/** True if another connection holds the write lock. */
export const isBusy = (error: unknown): boolean => (codeOf(error) & 0xff) === busy;

/** True if the file or the disk has failed, independently of the statement. */
export const isOutage = (error: unknown): boolean => outages.has(codeOf(error) & 0xff);

/** The error that callers see: a failure of the file becomes {@link StoreUnavailable}. */
export function publicError(error: unknown): unknown {
	return isOutage(error) ? new StoreUnavailable("The database can't be used now", { cause: error }) : error;
}

/** The `table.column` of the unique index that a statement violated; `undefined` if it failed for another reason. */
export function violatedColumn(error: unknown): string | undefined {
	const code = codeOf(error);
	if (code !== unique && code !== primaryKey) return undefined;
	return /: ([^,]+)/.exec((error as Error).message)?.[1];
}
