import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Collection, Key, Merge, Page, Scalar, Stored } from "../../core/ports/store.ts";
import { checkMerge, type MergeRequest } from "../merge-request.ts";
import type { PageRequest } from "../page-request.ts";
import { columnNames, tableOf } from "./rows.ts";

/** How many documents of a range are read at first; then twice as many each time. */
const firstRead = 4;

/** The documents of one range that were read and not merged yet. */
interface Source<T> {
	readonly prefix: Key;
	/** The key of the first document that was not merged. */
	key: Key;
	read: Stored<T>[];
	/** Where the range starts. */
	readonly after: Key | undefined;
	/** How many of its documents were read, and whether there are more. */
	count: number;
	hasMore: boolean;
}

/**
 * Merges ranges of an index of one collection. One statement finds the first key of each range, which costs one look-up in the index. Then
 * only the ranges that can contribute are read.
 */
export function createMerge<T>(
	database: DatabaseSync,
	collection: Collection<T>,
	pageOf: (page: Page) => readonly Stored<T>[],
) {
	const statements = new Map<string, StatementSync>();

	/** The first key of each range that is not empty. */
	function firstKeys({ index, order }: Merge, { spec, ranges }: MergeRequest): Source<T>[] {
		const sources: Source<T>[] = [];
		for (const isResumed of [false, true]) {
			const group = ranges.filter(({ after }) => (after !== undefined) === isResumed);
			const [some] = group;
			if (some === undefined) continue;
			const shape = `${index} ${some.prefix.length} ${isResumed} ${order}`;
			let statement = statements.get(shape);
			if (!statement) statements.set(shape, (statement = database.prepare(headsSql(collection, index, some))));
			const given = JSON.stringify(group.map(({ prefix, after = [] }) => [...prefix, ...after]));
			for (const row of statement.all(given)) {
				const { prefix, after } = group[Number(row["n"])] as PageRequest;
				const key = columnNames(index, spec).map((column) => row[column.replaceAll('"', "")] as Scalar);
				const start = after && [...prefix, ...after];
				sources.push({ prefix, key, read: [], after: start, count: 0, hasMore: true });
			}
		}
		return sources;
	}

	/** Reads more of a range, from its start: documents with equal keys could not be told apart by a key to start after. */
	function readOn({ index, order }: Merge, source: Source<T>): void {
		const { prefix, after, count } = source;
		const limit = count === 0 ? firstRead : count * 2;
		const page = source.hasMore ? pageOf({ index, prefix, order, limit, ...(after && { after }) }) : [];
		source.read = page.slice(count);
		source.hasMore = page.length === limit;
		source.count = page.length;
	}

	return {
		merge(merge: Merge): readonly Stored<T>[] {
			const request = checkMerge(collection as Collection<never>, merge);
			if (request.ranges.length === 0) return [];
			const keyOf = (doc: T): Key => request.spec.of(doc as never) as Key;
			const sorted = firstKeys(merge, request).sort((a, b) => request.compare(a.key, b.key));
			// A range that begins after this many others can't contribute.
			const sources = sorted.slice(0, merge.limit);
			const merged: Stored<T>[] = [];
			while (merged.length < merge.limit) {
				const [first] = sources;
				if (first === undefined) break;
				if (first.read.length === 0) readOn(merge, first);
				const document = first.read.shift();
				if (document !== undefined) merged.push(document);
				if (first.read.length === 0) readOn(merge, first);
				const [following] = first.read;
				sources.shift();
				if (following === undefined) continue;
				first.key = keyOf(following.doc);
				insertSorted(sources, first, request.compare);
			}
			return merged;
		},
	};
}

function insertSorted<T>(sources: Source<T>[], source: Source<T>, compare: MergeRequest["compare"]): void {
	let [low, high] = [0, sources.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (compare((sources[middle] as Source<T>).key, source.key) <= 0) low = middle + 1;
		else high = middle;
	}
	sources.splice(low, 0, source);
}

/** The SQL for the first key of each range; the ranges are a JSON list of prefixes, with the rest of the key to start after. */
function headsSql(collection: Collection<never>, index: string, { spec, prefix, after, order }: PageRequest): string {
	const columns = columnNames(index, spec);
	const rest = columns.slice(prefix.length);
	const given = (part: number): string => `(ranges.value ->> ${part})`;
	const conditions = prefix.map((_, part) => `${columns[part]} = ${given(part)}`);
	if (after) {
		const bound = rest.map((_, part) => given(prefix.length + part));
		conditions.push(`(${rest.join(", ")}) ${order === "asc" ? ">" : "<"} (${bound.join(", ")})`);
	}
	const sorted = (spec.unique ? rest : [...rest, "id"]).map((column) => `${column} ${order}`);
	const table = `"${tableOf(collection)}"`;
	return `
		SELECT ranges.key AS n, ${columns.map((column) => `heads.${column}`).join(", ")}
		FROM json_each(?) AS ranges CROSS JOIN ${table} AS heads ON heads.row = (
			SELECT row FROM ${table} WHERE ${conditions.join(" AND ")} ORDER BY ${sorted.join(", ")} LIMIT 1
		)
	`;
}
