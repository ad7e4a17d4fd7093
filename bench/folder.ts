import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";

/** A folder on the disk that the program lies on (never in memory: fsync must cost what it costs), gone at the end. */
export function openFolder(): Disposable & { readonly path: string } {
	const folder = mkdtempSync(path.join(import.meta.dirname, ".data-"));
	return {
		path: folder,
		[Symbol.dispose]() {
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
