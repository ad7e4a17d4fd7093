import { SetupError } from "../core/errors.ts";

/**
 * The error of data that a newer version of the program has written.
 *
 * @param what the database, or a collection in it
 */
export const newerData = (what: string, found: number, supported: number): SetupError =>
	new SetupError(
		`${what} was written by a newer version of Causeway (format ${found}; this version supports ${supported}). Install that version again, or restore a backup from before the upgrade`,
	);
