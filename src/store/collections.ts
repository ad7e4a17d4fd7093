import type { Collection, IndexSpec } from "../core/ports/store.ts";

const collectionName = /^[a-z][a-z_]{0,62}$/;
const indexName = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;
/** Names that the backends use for themselves, as an index or as the first part of a column. */
const taken = new Set(["id", "rev", "json", "seen"]);

/** Checks that every backend can store the declared collections. @throws {TypeError} */
export function checkCollections(collections: readonly Collection<never>[]): void {
	const names = new Set<string>();
	for (const { name, version, indexes } of collections) {
		if (!collectionName.test(name))
			throw new TypeError(`"${name}" can't name a collection: it must match ${collectionName}`);
		if (names.has(name)) throw new TypeError(`The collection ${name} is declared twice`);
		if (!Number.isSafeInteger(version) || version < 1) throw new TypeError(`The version of ${name} must be 1 or more`);
		names.add(name);
		for (const [index, spec] of Object.entries(indexes)) {
			if (!indexName.test(index) || taken.has(index)) throw new TypeError(`"${index}" can't name an index of ${name}`);
			if (spec.kinds.length === 0) throw new TypeError(`The index ${name}.${index} has no parts`);
		}
	}
}

/** The declaration of an index. @throws {TypeError} the collection does not declare it */
export function indexOf(collection: Collection<never>, index: string): IndexSpec<never> {
	const spec = Object.hasOwn(collection.indexes, index) ? collection.indexes[index] : undefined;
	if (!spec) throw new TypeError(`${collection.name} has no index ${index}`);
	return spec;
}
