import { execFileSync } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A disk that flushes as slowly as a test wants, or fails to, for the processes that are started with its environment. */
export interface SlowDisk {
	/** For `env` of a child process. */
	readonly env: Readonly<Record<string, string>>;
	/** From now on every flush waits until {@link set} is called. */
	hold(): void;
	/** From now on every `fsync` and `fdatasync` takes this much longer, and fails with `errno` if that is given (5: EIO, 28: ENOSPC). */
	set(milliseconds: number, errno?: number): void;
}

/** Builds the library that delays flushes. It needs a C compiler. @param folder for the library and its settings */
export function slowDisk(folder: string, milliseconds = 0): SlowDisk {
	const library = path.join(folder, "slow-disk.so");
	const settings = path.join(folder, "slow-disk.txt");
	const source = path.join(import.meta.dirname, "slow-disk.c");
	execFileSync("cc", ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, source, "-ldl"]);
	const env = { LD_PRELOAD: library, SLOW_DISK: settings };
	const disk = slowDiskOf(env);
	disk.set(milliseconds);
	return disk;
}

/** The same disk, for a process that was started with its environment. */
export function slowDiskOf(env: Readonly<Record<"LD_PRELOAD" | "SLOW_DISK", string>>): SlowDisk {
	const set = (delay: number, errno = 0): void => {
		// The file is replaced as a whole, because the processes may be reading it.
		writeFileSync(`${env.SLOW_DISK}.new`, `${delay} ${errno}\n`);
		renameSync(`${env.SLOW_DISK}.new`, env.SLOW_DISK);
	};
	return { env, set, hold: () => set(-1) };
}
