import { execFileSync } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";

/** The disk of a folder, as the processes see it that are started with its environment. It needs neither root nor a mount. */
export interface FaultyDisk {
	/** For `env` of a child process. */
	readonly env: Readonly<Record<string, string>>;
	/** From now on nothing can be created or written in the folder. */
	fail(as: "full" | "read-only"): void;
	/** The disk works again. */
	mend(): void;
	/** Ends the process at its n-th flush from now on, as a loss of its power does: what it has written so far is there. */
	endAtFlush(n: number): void;
}

const codes = { full: constants.errno.ENOSPC, "read-only": 30 };

/**
 * Builds the library that stands between the processes and the disk. It needs a C compiler.
 *
 * @param tools a folder for the library and its settings
 * @param folder whose disk it is
 */
export function faultyDisk(tools: string, folder: string): FaultyDisk {
	const library = path.join(tools, "faulty-disk.so");
	const settings = path.join(tools, "faulty-disk.txt");
	const source = path.join(import.meta.dirname, "faulty-disk.c");
	execFileSync("cc", ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, source, "-ldl"]);
	function set(errno: number, flushes: number): void {
		// The file is replaced as a whole, because the processes may be reading it.
		writeFileSync(`${settings}.new`, `${errno} ${flushes}\n`);
		renameSync(`${settings}.new`, settings);
	}
	set(0, 0);
	return {
		env: { LD_PRELOAD: library, FAULTY_DISK: settings, FAULTY_DISK_FOLDER: folder },
		fail: (as) => set(codes[as], 0),
		mend: () => set(0, 0),
		endAtFlush: (n) => set(0, n),
	};
}
