import { statSync } from "node:fs";
import { StoreUnavailable } from "../../core/ports/store.ts";

/**
 * Whether the files of an open database still have their names. A process can go on writing to a file that was deleted or replaced, and
 * all that it writes is lost when it ends.
 *
 * @param file the database; its write-ahead log and that one's index are beside it while it is open
 */
export function watchFiles(file: string): { /** @throws {StoreUnavailable} */ assertInPlace(): void } {
	const files = [file, `${file}-wal`, `${file}-shm`];
	const opened = files.map(identityOf);
	return {
		assertInPlace() {
			const missing = files.findIndex((name, index) => identityOf(name) !== opened[index]);
			if (missing === -1) return;
			throw new StoreUnavailable(
				`${files[missing]} was deleted or replaced while it was in use. Put it back if it was moved; otherwise stop the server`,
			);
		},
	};
}

function identityOf(file: string): string | undefined {
	const found = statSync(file, { bigint: true, throwIfNoEntry: false });
	return found && `${found.dev} ${found.ino}`;
}
