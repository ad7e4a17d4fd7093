import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";

/** A temporary folder on the same disk as the program. It must not be in memory, where fsync costs nothing. */
export function openFolder(): Disposable & { readonly path: string } {
	const folder = mkdtempSync(path.join(import.meta.dirname, ".data-"));
	return {
		path: folder,
		[Symbol.dispose]() {
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
