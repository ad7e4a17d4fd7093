import type { Db } from "mongodb";
import { type Collection, Duplicate, type Stored } from "../../core/ports/store.ts";
import { isDuplicateKey, refusedIn, violatedIndex } from "./errors.ts";
import { asStored, changeTo, type contentOf, type DocumentRecord, nameOf } from "./records.ts";

/** The most documents per `insertMany`. */
const atOnce = 500;

/** The documents of one collection. */
export function createDocuments(db: Db, collection: Collection<never>) {
	const documents = db.collection<DocumentRecord>(nameOf(collection));
	const uniques = Object.keys(collection.indexes).filter((index) => collection.indexes[index]?.unique);

	/** The index that rejected a record, according to the server or by reading back. */
	async function duplicateOf(record: DocumentRecord, error: unknown): Promise<Duplicate> {
		const named = violatedIndex(error);
		const index = named === "_id" || named === "_id_" ? "id" : named;
		if (index === "id" || (index && uniques.includes(index))) return new Duplicate(collection.name, index);
		if (await documents.findOne({ _id: record._id }, { projection: { _id: 1 } }))
			return new Duplicate(collection.name, "id");
		for (const unique of uniques) {
			const fields = Object.entries(record).filter(([field]) => field.replace(/_\d+$/, "") === unique);
			if (await documents.findOne(Object.fromEntries(fields))) return new Duplicate(collection.name, unique);
		}
		return new Duplicate(collection.name, uniques[0] ?? "id");
	}

	return {
		collection,
		documents,

		async insert(record: DocumentRecord): Promise<void> {
			try {
				await documents.insertOne(record);
			} catch (error) {
				throw isDuplicateKey(error) ? await duplicateOf(record, error) : error;
			}
		},

		/** @returns the ids that existed already */
		async insertMissing(records: readonly DocumentRecord[]): Promise<ReadonlySet<string>> {
			const takenIds = new Set<string>();
			for (let from = 0; from < records.length; from += atOnce) {
				const some = records.slice(from, from + atOnce);
				try {
					await documents.insertMany(some, { ordered: false });
				} catch (error) {
					const refused = refusedIn(error);
					if (!refused) throw error;
					const ids = refused.map(({ index }) => some[index]?._id ?? "");
					const taken = new Set(await documents.distinct("_id", { _id: { $in: ids } }));
					const other = refused.find((_, n) => !taken.has(ids[n] ?? ""));
					const record = other && some[other.index];
					if (record) throw await duplicateOf(record, other);
					for (const id of taken) takenIds.add(id);
				}
			}
			return takenIds;
		},

		async getAll<T>(ids: readonly string[]): Promise<readonly Stored<T>[]> {
			const found: Stored<T>[] = [];
			for (let from = 0; from < ids.length; from += atOnce) {
				const some = ids.slice(from, from + atOnce);
				const records = await documents.find({ _id: { $in: some } }).toArray();
				found.push(...records.map((record) => asStored<T>(record)));
			}
			return found;
		},

		async get<T>(id: string): Promise<Stored<T> | undefined> {
			const record = await documents.findOne({ _id: id });
			return record ? asStored<T>(record) : undefined;
		},

		async replace(id: string, rev: number, content: ReturnType<typeof contentOf>): Promise<boolean> {
			try {
				return (await documents.updateOne({ _id: id, rev }, changeTo(collection, content))).matchedCount === 1;
			} catch (error) {
				throw isDuplicateKey(error) ? await duplicateOf({ _id: id, rev, ...content }, error) : error;
			}
		},

		async delete(id: string, rev: number | undefined): Promise<boolean> {
			return (await documents.deleteOne({ _id: id, ...(rev !== undefined && { rev }) })).deletedCount === 1;
		},
	};
}

/** The documents of one collection. */
export type Documents = ReturnType<typeof createDocuments>;
