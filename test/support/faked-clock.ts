import { existsSync, globSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A clock for other processes, which a test sets while they run. Only the time of day is set, not the monotonic clock, as when an operator does it. */
export interface FakedClock {
	/** What the processes get as their environment. */
	readonly env: Readonly<Record<string, string>>;
	/** Sets the clock: ahead of the real one, or behind it. */
	set(offset: { readonly days?: number; readonly minutes?: number }): void;
}

/** @param folder holds the file in which the offset is @throws {Error} libfaketime is missing */
export function fakedClock(folder: string): FakedClock {
	const [library] = globSync("/usr/lib/*/faketime/libfaketimeMT.so.1");
	if (library === undefined || !existsSync(library))
		throw new Error("libfaketime is missing: npm test installs it, or: apt-get install libfaketime");
	const file = path.join(folder, "faketime");
	const clock: FakedClock = {
		env: {
			LD_PRELOAD: library,
			FAKETIME_TIMESTAMP_FILE: file,
			FAKETIME_DONT_FAKE_MONOTONIC: "1",
			DONT_FAKE_MONOTONIC: "1",
			FAKETIME_NO_CACHE: "1",
		},
		set({ days = 0, minutes = 0 }) {
			const seconds = days * 86_400 + minutes * 60;
			// Replaced as a whole, since it is read at any moment.
			writeFileSync(`${file}.new`, `${seconds < 0 ? "" : "+"}${seconds}\n`);
			renameSync(`${file}.new`, file);
		},
	};
	clock.set({});
	return clock;
}
