import type { Collection, Scalar } from "../../core/ports/store.ts";
import { checkId, keyOf } from "../scalars.ts";
import { jsonOf } from "../stored.ts";

/** The row of a document: its JSON as text, and one column for each part of each index. */
export interface Row {
	readonly id: string;
	readonly json: string;
	readonly columns: readonly (Scalar | null)[];
}

/** The table of a collection. */
export const tableOf = (collection: { readonly name: string }): string => `doc_${collection.name}`;

/** The quoted columns of one index. */
export function columnNames(index: string, { kinds }: { readonly kinds: readonly unknown[] }): string[] {
	return kinds.map((_, part) => `"${index}_${part}"`);
}

/** The columns of all indexes with their types, in the order of {@link columnsOf}. */
export function columnTypes(collection: Collection<never>): readonly { name: string; type: "TEXT" | "INTEGER" }[] {
	return Object.entries(collection.indexes).flatMap(([index, spec]) =>
		columnNames(index, spec).map(
			(name, part) => ({ name, type: spec.kinds[part] === "text" ? "TEXT" : "INTEGER" }) as const,
		),
	);
}

/** The values of the index columns of a document. @throws {TypeError} a value is not allowed in an index */
export function columnsOf<T>(collection: Collection<T>, doc: T): (Scalar | null)[] {
	const columns: (Scalar | null)[] = [];
	for (const index in collection.indexes) {
		const spec = collection.indexes[index];
		if (!spec) continue;
		const key = keyOf(collection, index, spec, doc);
		for (let part = 0; part < spec.kinds.length; part++) columns.push(key?.[part] ?? null);
	}
	return columns;
}

/** The row of a document. @throws {TypeError} the id, the document or a key can't be stored */
export function rowOf<T>(collection: Collection<T>, id: string, doc: T): Row {
	checkId(id, `An id of ${collection.name}`);
	return { id, json: jsonOf(doc, `A document of ${collection.name}`), columns: columnsOf(collection, doc) };
}
