import { accessSync, constants, statfsSync, statSync } from "node:fs";
import path from "node:path";
import { SetupError } from "#core/errors.ts";

const access = "the user that runs Causeway may not access it. Change its owner or its permissions";
const space = "the disk is full. Free some space, or set dataDir to a folder on another disk";
const kind =
	"it, or a part of its path, is a file where a folder is needed. Move that file away, or set dataDir to another folder";

/** What is wrong with a file or folder and what to do about it, by the code of the system's error. */
const reasons: Readonly<Record<string, string>> = {
	EACCES: access,
	EPERM: access,
	EROFS: "its file system is read-only. Mount it writable, or set dataDir to a folder on another disk",
	ENOSPC: space,
	EDQUOT: "the user's disk quota is used up. Free some space, or raise the quota",
	EIO: "the disk reports an error. Look for the disk in the system's log, and go on from a backup on another one",
	ENOENT: "it does not exist, and can't be created there. Set dataDir to another folder",
	ENOTDIR: kind,
	EEXIST: kind,
	EISDIR: "it is a folder where a file is needed. Move the folder away",
	ELOOP: "it is a symbolic link that leads to itself. Remove the link",
	ENAMETOOLONG: "its path is too long for the file system. Set dataDir to a folder with a shorter path",
	EMFILE: "the process has too many open files. Raise its limit (ulimit -n)",
	ENFILE: "the system has too many open files. Raise its limit (fs.file-max)",
};

const codeOf = (error: unknown): string => {
	const code = error instanceof Error && "code" in error ? error.code : undefined;
	return typeof code === "string" ? code : "";
};

/** The error of a file system in one line: which file or folder, what is wrong with it, what to do; `undefined` for any other error. */
export function fileTrouble(error: unknown, file: string): SetupError | undefined {
	const code = codeOf(error);
	if (!Object.hasOwn(reasons, code)) return undefined;
	return new SetupError(`${path.resolve(file)} can't be used: ${reasons[code]}`, { cause: error });
}

/** How many bytes are free on the disk of a folder, for users without privileges; `undefined` if the system can't say. */
export function freeBytes(folder: string): number | undefined {
	try {
		const { bavail, bsize } = statfsSync(folder);
		return bavail * bsize;
	} catch {
		return undefined;
	}
}

/** What an open database needs at the least for its next write. */
const leastFreeBytes = 256 * 1024;

/** True if hardly anything can be written to the disk of a folder. */
export const isFull = (folder: string): boolean => (freeBytes(folder) ?? leastFreeBytes) < leastFreeBytes;

/** What prevents a folder and files in it from being used; those that don't exist yet prevent nothing. */
export function obstacleIn(folder: string, names: readonly string[]): SetupError | undefined {
	return obstacleAt(folder, "folder") ?? first(names, (name) => obstacleAt(path.join(folder, name), "file"));
}

function obstacleAt(at: string, wanted: "file" | "folder"): SetupError | undefined {
	try {
		if (statSync(at).isDirectory() !== (wanted === "folder"))
			return fileTrouble(Object.assign(new Error(), { code: wanted === "folder" ? "ENOTDIR" : "EISDIR" }), at);
		accessSync(at, constants.R_OK | constants.W_OK | (wanted === "folder" ? constants.X_OK : 0));
		return undefined;
	} catch (error) {
		return codeOf(error) === "ENOENT" && wanted === "file" ? undefined : fileTrouble(error, at);
	}
}

function first<T, R>(items: readonly T[], ask: (item: T) => R | undefined): R | undefined {
	for (const item of items) {
		const answer = ask(item);
		if (answer !== undefined) return answer;
	}
	return undefined;
}
