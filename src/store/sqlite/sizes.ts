import type { DatabaseSync } from "node:sqlite";
import type { Collection, StoredSize } from "../../core/ports/store.ts";
import { tableOf } from "./rows.ts";

/** The rows and bytes of each table, its indexes included. A collection is called by its own name. */
export function readSizes(database: DatabaseSync, collections: readonly Collection<never>[]): readonly StoredSize[] {
	const names = new Map(collections.map((collection) => [tableOf(collection), collection.name]));
	const tables = database
		.prepare(`
			SELECT tbl_name AS name, sum(pgsize) AS bytes FROM dbstat JOIN sqlite_schema USING (name)
			WHERE aggregate = TRUE GROUP BY tbl_name ORDER BY bytes DESC
		`)
		.all() as unknown as readonly { readonly name: string; readonly bytes: number }[];
	return tables.map(({ name, bytes }) => {
		const counted = database.prepare(`SELECT count(*) AS rows FROM "${name}"`).get();
		return { name: names.get(name) ?? name, rows: Number(counted?.["rows"]), bytes };
	});
}
