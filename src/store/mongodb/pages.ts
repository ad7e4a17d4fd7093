import type { Db, Filter } from "mongodb";
import type { Collection, Key, Merge, Page, Scalar, Stored } from "../../core/ports/store.ts";
import { indexOf } from "../collections.ts";
import { checkMerge } from "../merge-request.ts";
import { checkPage } from "../page-request.ts";
import { checkKey } from "../scalars.ts";
import { asStored, type DocumentRecord, fieldNames, nameOf } from "./records.ts";

/** With more ranges in one query, MongoDB sorts all their documents instead of merging them (`internalQueryMaxScansToExplode`). */
const rangesAtOnce = 100;

type Where = Record<string, unknown>;
/** The least value of each kind, so that a condition matches every document which has the field. */
const least = { text: "", int: Number.MIN_SAFE_INTEGER };

/** Reads pages of one collection. */
export function createPages(db: Db, collection: Collection<never>) {
	const documents = db.collection<DocumentRecord>(nameOf(collection));

	return {
		async page<T>(page: Page): Promise<readonly Stored<T>[]> {
			const { spec, prefix, after, order, limit } = checkPage(collection, page);
			if (after?.length === 0) return [];
			const fields = page.index === undefined ? ["_id"] : fieldNames(page.index, spec);
			const rest = fields.slice(prefix.length);
			const where = { ...starting(fields, spec.kinds, prefix), ...(after && behind(rest, after, order)) };
			const direction = order === "asc" ? 1 : -1;
			const sort = [...rest, ...(spec.unique ? [] : ["_id"])].map((field) => [field, direction] as [string, 1 | -1]);
			const found = documents.find(where as Filter<DocumentRecord>).limit(limit);
			return (await (sort.length > 0 ? found.sort(sort) : found).toArray()).map((record) => asStored<T>(record));
		},

		/** The server merges a group of ranges by the index; the groups are merged here. */
		async merge<T>(merge: Merge): Promise<readonly Stored<T>[]> {
			const { spec, ranges, compare } = checkMerge(collection, merge);
			const fields = fieldNames(merge.index, spec);
			const parts = ranges[0]?.prefix.length ?? 0;
			const direction = merge.order === "asc" ? 1 : -1;
			const sort = [...fields.slice(parts), ...fields.slice(0, parts), "_id"].map(
				(field) => [field, direction] as [string, 1 | -1],
			);
			const conditions = ranges.map(({ prefix, after }) => ({
				...starting(fields, spec.kinds, prefix),
				...(after && behind(fields.slice(parts), after, merge.order)),
			}));
			const found: DocumentRecord[] = [];
			for (let from = 0; from < conditions.length; from += rangesAtOnce) {
				const where = { $or: conditions.slice(from, from + rangesAtOnce) };
				found.push(
					...(await documents
						.find(where as Filter<DocumentRecord>)
						.sort(sort)
						.limit(merge.limit)
						.toArray()),
				);
			}
			const keyOf = (record: DocumentRecord): Key => fields.map((field) => record[field as `a_${number}`] as Scalar);
			return found
				.sort((a, b) => compare(keyOf(a), keyOf(b)) || (a._id < b._id ? -direction : direction))
				.slice(0, merge.limit)
				.map((record) => asStored<T>(record));
		},

		async count(index: string, prefix: Key): Promise<number> {
			const spec = indexOf(collection, index);
			const values = checkKey(spec, prefix, `${collection.name}.${index}`);
			const where = starting(fieldNames(index, spec), spec.kinds, values);
			return documents.countDocuments(where as Filter<DocumentRecord>);
		},
	};
}

function starting(fields: readonly string[], kinds: readonly ("text" | "int")[], prefix: Key): Where {
	const [first = "_id"] = fields;
	if (prefix.length === 0) return { [first]: { $gte: least[kinds[0] ?? "text"] } };
	return Object.fromEntries(prefix.map((value, part) => [fields[part], value]));
}

/** The comparison (a, b) > (x, y) of whole keys; the first condition bounds the index scan. */
function behind(fields: readonly string[], after: Key, order: "asc" | "desc"): Where {
	const [beyond, reaching] = order === "asc" ? ["$gt", "$gte"] : ["$lt", "$lte"];
	const [first = "_id"] = fields;
	if (fields.length === 1) return { [first]: { [beyond]: after[0] } };
	const steps = fields.map((field, part) => ({
		...Object.fromEntries(fields.slice(0, part).map((same, n) => [same, after[n]])),
		[field]: { [beyond]: after[part] },
	}));
	return { [first]: { [reaching]: after[0] }, $or: steps };
}
