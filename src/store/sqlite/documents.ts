import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { type Collection, Duplicate, type Fold } from "../../core/ports/store.ts";
import { violatedColumn } from "./errors.ts";
import { columnTypes, type Row, rowOf, tableOf } from "./rows.ts";

/** A document that the current transaction has folded but not written yet. */
interface FoldedDocument {
	readonly rev: number;
	doc: unknown;
	changed: boolean;
}

/**
 * Writes the table of one collection. All functions are synchronous and must be called within a transaction.
 *
 * Folded documents are written by `flush`, so that a hundred events which change one counter write it once.
 */
export function createDocuments(database: DatabaseSync, collection: Collection<never>) {
	const table = `"${tableOf(collection)}"`;
	const columns = columnTypes(collection).map(({ name }) => name);
	const names = ["id", "json", ...columns].join(", ");
	const marks = ["?", "?", ...columns.map(() => "?")].join(", ");
	const assigned = ["json", ...columns].map((name) => `${name} = ?`).join(", ");

	const insertion = database.prepare(`INSERT INTO ${table} (rev, ${names}) VALUES (1, ${marks})`);
	const insertionIfMissing = database.prepare(
		`INSERT INTO ${table} (rev, ${names}) VALUES (1, ${marks}) ON CONFLICT (id) DO NOTHING`,
	);
	const replacement = database.prepare(`UPDATE ${table} SET rev = rev + 1, ${assigned} WHERE id = ? AND rev = ?`);
	const deletion = database.prepare(`DELETE FROM ${table} WHERE id = ?`);
	const deletionAtRev = database.prepare(`DELETE FROM ${table} WHERE id = ? AND rev = ?`);
	const selection = database.prepare(`SELECT rev, json FROM ${table} WHERE id = ?`);
	const folded = new Map<string, FoldedDocument>();

	function insert(row: Row): void {
		try {
			insertion.run(row.id, row.json, ...row.columns);
		} catch (error) {
			throw duplicateOf(error);
		}
	}

	function replace(row: Row, rev: number): boolean {
		try {
			return replacement.run(row.json, ...row.columns, row.id, rev).changes === 1;
		} catch (error) {
			throw duplicateOf(error);
		}
	}

	function duplicateOf(error: unknown): unknown {
		const column = violatedColumn(error);
		return column ? new Duplicate(collection.name, column.replace(/^.*\./, "").replace(/_\d+$/, "")) : error;
	}

	function foldedDocument(fold: Fold): FoldedDocument {
		let state = folded.get(fold.id);
		if (state) return state;
		const found = fold.fresh ? undefined : (selection.get(fold.id) as Found | undefined);
		state = { rev: found?.rev ?? 0, doc: found && JSON.parse(found.json), changed: false };
		folded.set(fold.id, state);
		return state;
	}

	return {
		collection,
		insert,
		replace,

		insertMissing(rows: readonly Row[]): void {
			try {
				for (const row of rows) insertionIfMissing.run(row.id, row.json, ...row.columns);
			} catch (error) {
				throw duplicateOf(error);
			}
		},

		delete(id: string, rev: number | undefined): boolean {
			const done = rev === undefined ? deletion.run(id) : deletionAtRev.run(id, rev);
			return done.changes === 1;
		},

		/** Applies a fold to the current transaction's state of the document. */
		fold(fold: Fold): void {
			const state = foldedDocument(fold);
			const next = fold.next(state.doc);
			if (next === undefined) return;
			state.doc = next;
			state.changed = true;
		},

		/** Writes the folded documents. @throws {Duplicate} one has the unique value of another document */
		flush(): void {
			if (folded.size === 0) return;
			for (const [id, { rev, doc, changed }] of folded) {
				if (!changed) continue;
				const row = rowOf(collection, id, doc as never);
				if (rev === 0) insert(row);
				else replace(row, rev);
			}
			folded.clear();
		},

		/** Drops the folded documents, after the transaction was rolled back. */
		forget(): void {
			folded.clear();
		},
	};
}

/** The table of one collection. */
export type Documents = ReturnType<typeof createDocuments>;

type Found = Record<string, SQLOutputValue> & { readonly rev: number; readonly json: string };
