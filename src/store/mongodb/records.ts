import type { UpdateFilter } from "mongodb";
import type { Collection, Scalar } from "../../core/ports/store.ts";
import { checkId, keyOf } from "../scalars.ts";
import { jsonOf, StoredDocument } from "../stored.ts";

/**
 * A document on the server: its JSON as text, since some servers reject keys with dots, and a field for each part of each index, which is
 * absent if the document is not in that index.
 */
export interface DocumentRecord {
	readonly _id: string;
	readonly rev: number;
	readonly json: string;
	/** The seq of the last event that was folded into the document. */
	readonly seen?: number;
	readonly [indexed: `${string}_${number}`]: Scalar;
}

/** An event on the server. Its stream and seq are in its id. */
export interface EventRecord {
	readonly _id: string;
	readonly type: string;
	readonly actor: string;
	readonly at: number;
	readonly request: string;
	/** Until when the request key is taken; absent if it is taken without end, or no longer. */
	readonly requestUntil?: number;
	readonly natural: string;
	readonly pending: readonly string[];
	/** The stream and seq again, to find pending events; absent if nothing is pending. */
	readonly owedStream?: string;
	readonly owedSeq?: number;
	readonly body: string;
	/** The erasures of this event, so that they are applied even if the process ends first. */
	readonly erases?: readonly { readonly seq: number; readonly body: string }[];
	/** The id of the insert, with which a process recognises its own events after a lost answer. */
	readonly insert: string;
}

/** How far a stream is folded. It exists before the stream's first event. */
export interface CursorRecord {
	readonly _id: string;
	readonly applied: number;
}

/** The version of a collection. */
export interface VersionRecord {
	readonly _id: string;
	readonly version: number;
}

/** The name of a collection on the server. */
export const nameOf = (collection: { readonly name: string }): string => `doc_${collection.name}`;

/** The fields of one index. */
export function fieldNames(index: string, { kinds }: { readonly kinds: readonly unknown[] }): string[] {
	return kinds.map((_, part) => `${index}_${part}`);
}

/** The text and the index fields of a document. @throws {TypeError} it can't be stored */
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

/** The record of a new document. @throws {TypeError} it can't be stored */
export function recordOf<T>(collection: Collection<T>, id: string, doc: T): DocumentRecord {
	checkId(id, `An id of ${collection.name}`);
	return { _id: id, rev: 1, ...contentOf(collection, doc) };
}

/** The update that replaces a document, and removes the fields of indexes that it is no longer in. */
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

/** A record as a document of the port. */
export function asStored<T>({ _id, rev, json }: DocumentRecord): StoredDocument<T> {
	return new StoredDocument<T>(_id, rev, json);
}
