import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Collection, Key, Page, Stored } from "../../core/ports/store.ts";
import { indexOf } from "../collections.ts";
import { checkPage, type PageRequest } from "../page-request.ts";
import { checkKey } from "../scalars.ts";
import { StoredDocument } from "../stored.ts";
import { limitSql } from "./limit-sql.ts";
import { columnNames, tableOf } from "./rows.ts";

/** The SQL for a page, which its index answers entirely: condition, order and start. */
export function pageSql(collection: Collection<never>, index: string | undefined, request: PageRequest): string {
	const { spec, prefix, after, order } = request;
	const columns = index === undefined ? ["id"] : columnNames(index, spec);
	const rest = columns.slice(prefix.length);
	const conditions = whereStarts(columns, prefix);
	if (after) conditions.push(`(${rest.join(", ")}) ${order === "asc" ? ">" : "<"} (${rest.map(() => "?").join(", ")})`);
	const sorted = (spec.unique ? rest : [...rest, "id"]).map((column) => `${column} ${order}`);
	return [
		`SELECT id, rev, json FROM "${tableOf(collection)}" WHERE ${conditions.join(" AND ")}`,
		sorted.length > 0 ? `ORDER BY ${sorted.join(", ")}` : "",
		limitSql("?"),
	].join(" ");
}

/**
 * The condition for a prefix. Without a prefix it still says that the document is in the index, or SQLite could not use the partial index.
 */
function whereStarts(columns: readonly string[], prefix: Key): string[] {
	return prefix.length > 0 ? prefix.map((_, part) => `${columns[part]} = ?`) : [`${columns[0]} IS NOT NULL`];
}

/** Reads pages of one collection, with cached statements. */
export function createPages<T>(database: DatabaseSync, collection: Collection<T>) {
	const statements = new Map<string, StatementSync>();

	function prepared(shape: string, sql: () => string): StatementSync {
		let statement = statements.get(shape);
		if (!statement) statements.set(shape, (statement = database.prepare(sql())));
		return statement;
	}

	return {
		page(page: Page): readonly Stored<T>[] {
			const request = checkPage(collection, page);
			const { prefix, after, order, limit } = request;
			if (after?.length === 0) return [];
			const shape = `page ${page.index} ${prefix.length} ${after?.length} ${order}`;
			const rows = prepared(shape, () => pageSql(collection, page.index, request)).all(
				...prefix,
				...(after ?? []),
				limit,
			);
			return rows.map(({ id, rev, json }) => new StoredDocument<T>(id as string, rev as number, json as string));
		},

		count(index: string, prefix: Key): number {
			const spec = indexOf(collection, index);
			const values = checkKey(spec, prefix, `${collection.name}.${index}`);
			const statement = prepared(`count ${index} ${values.length}`, () => {
				const conditions = whereStarts(columnNames(index, spec), values);
				return `SELECT count(*) AS n FROM "${tableOf(collection)}" WHERE ${conditions.join(" AND ")}`;
			});
			return Number(statement.get(...values)?.["n"]);
		},
	};
}
