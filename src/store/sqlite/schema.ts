import type { DatabaseSync } from "node:sqlite";
import type { Collection } from "../../core/ports/store.ts";
import { newerData } from "../newer-data.ts";
import { inTransaction } from "./database.ts";
import { columnNames, columnTypes, rowOf, tableOf } from "./rows.ts";

/** The version of the tables below. */
const layout = 3;

/** Until when the request key of an event is taken; absent if it is taken without end, or no longer. */
const requestUntil = `
	ALTER TABLE log ADD COLUMN request_until INTEGER;
	CREATE INDEX log_request_until ON log (request_until) WHERE request_until IS NOT NULL;
`;

const owingTable = `
	CREATE TABLE owing (place INTEGER NOT NULL, marker TEXT NOT NULL, PRIMARY KEY (place, marker)) STRICT, WITHOUT ROWID;
	CREATE INDEX owing_marker ON owing (marker, place);
`;

/**
 * The log is stored in the order of commits, since clustering it by stream would change a page per stream. The place of an event is
 * `<number of its stream> << 31 | seq`, which makes a small index. An absent key costs nothing, because the unique indexes are partial.
 * Pending markers have a table of their own, with a row per event and consumer, so that settling never rewrites an event and no consumer
 * reads the markers of another.
 */
const logTables = `
	CREATE TABLE streams (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
	CREATE TABLE log (
		row INTEGER PRIMARY KEY,
		place INTEGER NOT NULL,
		type TEXT NOT NULL,
		actor TEXT NOT NULL,
		at INTEGER NOT NULL,
		request TEXT,
		"natural" TEXT,
		body TEXT NOT NULL
	) STRICT;
	CREATE UNIQUE INDEX log_place ON log (place);
	CREATE UNIQUE INDEX log_request ON log (request) WHERE request IS NOT NULL;
	CREATE UNIQUE INDEX log_natural ON log ("natural") WHERE "natural" IS NOT NULL;
	${requestUntil}
	${owingTable}
	CREATE TABLE collections (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
	PRAGMA user_version = ${layout};
`;

/** The upgrade of each older layout to the next one. */
const upgrades: Readonly<Record<number, string>> = {
	/** In layout 1, pending markers had one row per event, with a due time for all consumers. */
	1: `
		ALTER TABLE owing RENAME TO owing_1;
		${owingTable}
		INSERT INTO owing SELECT log.place, marker.value
			FROM owing_1 JOIN log ON log.row = owing_1.row JOIN json_each(owing_1.pending) AS marker;
		DROP TABLE owing_1;
		PRAGMA user_version = 2;
	`,
	/** In layout 2, the keys of repeatable requests (`Idempotency-Key`) were taken without end. */
	2: `
		${requestUntil}
		UPDATE log SET request_until = at + 86400000 WHERE request >= 'idem:' AND request < 'idem;';
		PRAGMA user_version = 3;
	`,
};

/** Creates and upgrades the tables as needed. @throws {SetupError} the file was written by a newer version of the program */
export function prepareSchema(database: DatabaseSync, collections: readonly Collection<never>[]): void {
	inTransaction(database, () => {
		const found = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
		if (found > layout) throw newerData(String(database.location()), found, layout);
		if (found === 0) database.exec(logTables);
		else for (let from = found; from < layout; from++) database.exec(upgrades[from] as string);
		for (const collection of collections) prepareCollection(database, collection);
	});
}

function prepareCollection(database: DatabaseSync, collection: Collection<never>): void {
	const { name, version } = collection;
	const row = database.prepare("SELECT version FROM collections WHERE name = ?").get(name);
	const found = row ? Number(row["version"]) : undefined;
	if (found === version) return;
	if (found !== undefined && found > version) {
		throw newerData(`The collection ${name} of ${database.location()}`, found, version);
	}
	if (found === undefined) createTable(database, collection);
	else reindex(database, collection);
	createIndexes(database, collection);
	database.prepare("INSERT OR REPLACE INTO collections VALUES (?, ?)").run(name, version);
}

function createTable(database: DatabaseSync, collection: Collection<never>): void {
	const columns = columnTypes(collection).map(({ name, type }) => `, ${name} ${type}`);
	database.exec(`
		CREATE TABLE "${tableOf(collection)}" (
			row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, rev INTEGER NOT NULL, json TEXT NOT NULL${columns.join("")}
		) STRICT
	`);
}

/** Creates the indexes of a collection. They end with the id unless they are unique, since equal keys are ordered by id. */
function createIndexes(database: DatabaseSync, collection: Collection<never>): void {
	const table = tableOf(collection);
	for (const [index, spec] of Object.entries(collection.indexes)) {
		const columns = columnNames(index, spec);
		const [unique, tie] = spec.unique ? ["UNIQUE", ""] : ["", ", id"];
		database.exec(`
			CREATE ${unique} INDEX "${table}.${index}" ON "${table}" (${columns.join(", ")}${tie})
			WHERE ${columns[0]} IS NOT NULL
		`);
	}
}

/** Drops all indexes of a collection, and rewrites every document and its columns, after a change of the declaration. */
function reindex(database: DatabaseSync, collection: Collection<never>): void {
	const table = tableOf(collection);
	const indexes = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql > ''");
	for (const { name } of indexes.all(table)) database.exec(`DROP INDEX "${String(name)}"`);
	const present = new Set(
		database
			.prepare("SELECT name FROM pragma_table_info(?)")
			.all(table)
			.map((row) => String(row["name"])),
	);
	for (const name of present) if (/_[0-9]+$/.test(name)) database.exec(`ALTER TABLE "${table}" DROP COLUMN "${name}"`);
	for (const { name, type } of columnTypes(collection))
		database.exec(`ALTER TABLE "${table}" ADD COLUMN ${name} ${type}`);

	const columns = ["json", ...columnTypes(collection).map(({ name }) => name)].map((name) => `${name} = ?`);
	const next = database.prepare(`SELECT row, id, json FROM "${table}" WHERE row > ? ORDER BY row LIMIT 1`);
	const update = database.prepare(`UPDATE "${table}" SET ${columns.join(", ")} WHERE row = ?`);
	for (let row = next.get(0); row; row = next.get(row["row"] as number)) {
		const doc: unknown = JSON.parse(String(row["json"]));
		const { json, columns: values } = rowOf(collection, String(row["id"]), (collection.upgrade?.(doc) ?? doc) as never);
		update.run(json, ...values, row["row"] as number);
	}
}
