import path from "node:path";
import test from "ava";
import { StoreUnavailable } from "#core/ports/store.ts";
import { troubleOf } from "../../src/gateway.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const fromSystem = (code: string, at: string) => Object.assign(new Error(`${code}: …`), { code, path: at });
const fromSqlite = (errcode: number) =>
	new StoreUnavailable("The database can't be used now", { cause: Object.assign(new Error("…"), { errcode }) });

/** What the line says after the name of the file, by the code of the system's error. */
const ofSystem: Readonly<Record<string, RegExp>> = {
	EACCES: /the user that runs Causeway may not access it\. Change its owner or its permissions$/,
	EPERM: /the user that runs Causeway may not access it\./,
	EROFS: /its file system is read-only\. Mount it writable, or set dataDir/,
	ENOSPC: /the disk is full\. Free some space/,
	EDQUOT: /the user's disk quota is used up\. Free some space/,
	EIO: /the disk reports an error\. Look/,
	EMFILE: /the process has too many open files\. Raise its limit/,
};
/** The same by SQLite's extended result code (sqlite.org/rescode.html). */
const ofSqlite: Readonly<Record<number, RegExp>> = {
	5: /another process has locked it for too long\. Stop that process/,
	261: /another process has locked it for too long/,
	7: /the machine has too little memory\. Free some$/,
	8: /it can't be written to\. Change its owner or its permissions$/,
	778: /the disk reports an error\. Look/,
	11: /it is damaged\. Restore a backup/,
	13: /the disk is full\. Free some space/,
	14: /it can't be opened\. Check its owner, its permissions and its disk$/,
	26: /it is not an SQLite database\./,
};

test("what the system and SQLite report becomes one line with the file, what is wrong with it and what to do", async (t) => {
	const dataDir = await temporaryFolder(t);
	const config = { dataDir, store: { kind: "sqlite" } } as const;
	for (const [code, says] of Object.entries(ofSystem)) {
		const { message = "" } = troubleOf(fromSystem(code, "/srv/causeway/file"), config) ?? {};
		t.true(message.startsWith("/srv/causeway/file can't be used: "), message);
		t.regex(message, says);
	}
	for (const [code, says] of Object.entries(ofSqlite)) {
		const { message = "" } = troubleOf(fromSqlite(Number(code)), config) ?? {};
		t.true(message.startsWith(`${path.join(dataDir, "causeway.db")} can't be used: `), message);
		t.regex(message, says);
		t.notRegex(message, /\n/);
	}
	t.regex(
		troubleOf(new StoreUnavailable("The database is closed"), config)?.message ?? "",
		/causeway\.db: The database is closed$/,
	);
});

test("an error of the program is no trouble of the operator's: it keeps its stack", (t) => {
	const config = { dataDir: "/srv", store: { kind: "sqlite" } } as const;
	for (const error of [new TypeError("x is not a function"), "text", undefined, fromSystem("EUNKNOWN", "/srv/file")])
		t.is(troubleOf(error, config), undefined);
});

test("a server of MongoDB is named without the user, the password and the options of its URL", (t) => {
	const cause = new Error("connect ECONNREFUSED 127.0.0.1:9\nmore");
	for (const [url, place] of [
		["mongodb://me:secret@db.example:27017/causeway?tls=true", "db.example:27017"],
		["mongodb+srv://me:sec@ret@a.example,b.example/", "a.example,b.example"],
		["mongodb://127.0.0.1:9", "127.0.0.1:9"],
	] as const)
		t.is(
			troubleOf(new StoreUnavailable("…", { cause }), { dataDir: "/srv", store: { kind: "mongodb", url } })?.message,
			`store.url: the MongoDB server at ${place} does not answer as it should (connect ECONNREFUSED 127.0.0.1:9). Start it, or correct store.url`,
		);
});
