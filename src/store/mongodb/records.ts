import type { UpdateFilter } from "mongodb";
import type { Collection, Scalar } from "../../core/ports/store.ts";
import { checkId, keyOf } from "../scalars.ts";
import { jsonOf, StoredDocument } from "../stored.ts";

/**
 * A document as the server holds it: its text (some servers refuse keys with dots), and beside it a field for each part
 * of each index, absent where the document is not in the index.
 */
export interface DocumentRecord {
	readonly _id: string;
	readonly rev: number;
	readonly json: string;
	/** The seq of the last event that was folded into it. */
	readonly seen?: number;
	readonly [indexed: `${string}_${number}`]: Scalar;
}

/** An event as the server holds it. Its stream and seq are in its id. */
export interface EventRecord {
	readonly _id: string;
	readonly type: string;
	readonly actor: string;
	readonly at: number;
	readonly request: string;
	readonly natural: string;
	readonly pending: readonly string[];
	/** Its stream and seq once more, by which what is pending is found; absent when nothing is. */
	readonly owedStream?: string;
	readonly owedSeq?: number;
	readonly body: string;
	/** What this event erases, so that it is done even if the process ends first. */
	readonly erases?: readonly { readonly seq: number; readonly body: string }[];
	/** Which insert brought it here: settles "did mine land?" after a lost answer. */
	readonly insert: string;
}

/** How far a stream is folded. It is there before the stream's first event. */
export interface CursorRecord {
	readonly _id: string;
	readonly applied: number;
}

export interface VersionRecord {
	readonly _id: string;
	readonly version: number;
}

export const nameOf = (collection: { readonly name: string }): string => `doc_${collection.name}`;

/** The fields of one index. */
export function fieldNames(index: string, { kinds }: { readonly kinds: readonly unknown[] }): string[] {
	return kinds.map((_, part) => `${index}_${part}`);
}

/** A document's text and index fields. @throws {TypeError} when something of it can't be stored */
export function contentOf<T>(collection: Collection<T>, doc: T): Record<string, Scalar> & { json: string } {
	const content: Record<string, Scalar> & { json: string } = { json: jsonOf(doc, `A document of ${collection.name}`) };
	for (const [index, spec] of Object.entries(collection.indexes)) {
		const key = keyOf(collection, index, spec, doc);
		key?.forEach((value, part) => {
			content[`${index}_${part}`] = value;
		});
	}
	return content;
}

/** A new document. @throws {TypeError} when something of it can't be stored */
export function recordOf<T>(collection: Collection<T>, id: string, doc: T): DocumentRecord {
	checkId(id, `An id of ${collection.name}`);
	return { _id: id, rev: 1, ...contentOf(collection, doc) };
}

/** The update that makes a stored document this one; fields of indexes that it has left go. */
export function changeTo(
	collection: Collection<never>,
	content: Readonly<Record<string, Scalar>>,
): UpdateFilter<DocumentRecord> {
	const all = Object.entries(collection.indexes).flatMap(([index, spec]) => fieldNames(index, spec));
	const left = all.filter((field) => !(field in content));
	return {
		$set: content,
		$inc: { rev: 1 },
		...(left.length > 0 && { $unset: Object.fromEntries(left.map((field) => [field, ""])) }),
	} as UpdateFilter<DocumentRecord>;
}

export function asStored<T>({ _id, rev, json }: DocumentRecord): StoredDocument<T> {
	return new StoredDocument<T>(_id, rev, json);
}
