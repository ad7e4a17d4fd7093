import type { Db } from "mongodb";
import type { Collection, StoredSize } from "../../core/ports/store.ts";
import { nameOf } from "./records.ts";

/** The documents and bytes of each collection, its indexes included, as the server reports them. */
export async function readSizes(db: Db, collections: readonly Collection<never>[]): Promise<readonly StoredSize[]> {
	const own = new Map(collections.map((collection) => [nameOf(collection), collection.name]));
	const found = await db.listCollections({}, { nameOnly: true }).toArray();
	const sizes = found.map(async ({ name }) => {
		// Some compatible servers do not say what a collection takes on disk.
		const { count = 0, size = 0, storageSize = 0, totalIndexSize = 0 } = await db.command({ collStats: name });
		return {
			name: own.get(name) ?? name,
			rows: Number(count),
			bytes: Number(storageSize || size) + Number(totalIndexSize),
		};
	});
	return (await Promise.all(sizes)).toSorted((a, b) => b.bytes - a.bytes);
}
