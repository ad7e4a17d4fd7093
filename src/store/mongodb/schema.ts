import type { Db } from "mongodb";
import type { Collection, IndexSpec } from "../../core/ports/store.ts";
import { positionOf } from "../event-ids.ts";
import { newerData } from "../newer-data.ts";
import { isDuplicateKey } from "./errors.ts";
import {
	changeTo,
	contentOf,
	type DocumentRecord,
	type EventRecord,
	fieldNames,
	nameOf,
	type VersionRecord,
} from "./records.ts";

type Keys = Readonly<Record<string, 1>>;
interface Wanted {
	readonly key: Keys;
	readonly unique: boolean;
}

const logIndexes: Readonly<Record<string, Wanted>> = {
	request: { key: { request: 1 }, unique: true },
	natural: { key: { natural: 1 }, unique: true },
	requestUntil: { key: { requestUntil: 1 }, unique: false },
	owed: { key: { pending: 1, owedStream: 1, owedSeq: 1 }, unique: false },
};

/** Creates and upgrades collections and indexes as needed. @throws {SetupError} the database was written by a newer version of the program */
export async function prepareSchema(db: Db, collections: readonly Collection<never>[]): Promise<void> {
	await prepareIndexes(db, "log", logIndexes, async (present) => {
		await upgradeOwed(db);
		if (!present.has("requestUntil")) await upgradeRequests(db);
	});
	await Promise.all(collections.map((collection) => prepareCollection(db, collection)));
}

/** Upgrades events of layout 1, whose pending events were found by a due time. It can be repeated after a crash. */
async function upgradeOwed(db: Db): Promise<void> {
	const log = db.collection<EventRecord & { readonly owed?: number }>("log");
	for (;;) {
		const found = await log
			.find({ owed: { $exists: true } }, { projection: { pending: 1 } })
			.limit(500)
			.toArray();
		for (const { _id, pending } of found) {
			const position = positionOf(_id);
			const isOwed = position !== undefined && pending.length > 0;
			await log.updateOne(
				{ _id },
				{ $unset: { owed: "" }, ...(isOwed && { $set: { owedStream: position.stream, owedSeq: position.seq } }) },
			);
		}
		if (found.length < 500) return;
	}
}

/** In earlier versions, the keys of repeatable requests (`Idempotency-Key`) were taken without end. It can be repeated after a crash. */
async function upgradeRequests(db: Db): Promise<void> {
	const log = db.collection<EventRecord>("log");
	const without = { request: { $gte: "idem:", $lt: "idem;" }, requestUntil: { $exists: false } } as const;
	for (;;) {
		const found = await log
			.find(without, { projection: { at: 1 } })
			.limit(500)
			.toArray();
		for (const { _id, at } of found) await log.updateOne({ _id }, { $set: { requestUntil: at + 86_400_000 } });
		if (found.length < 500) return;
	}
}

async function prepareCollection(db: Db, collection: Collection<never>): Promise<void> {
	const { name, version } = collection;
	const versions = versionsOf(db);
	const found = await versions.findOne({ _id: name });
	if (found && found.version > version) {
		throw newerData(`The collection ${name} of the database ${db.databaseName}`, found.version, version);
	}
	const wanted = Object.entries(collection.indexes).map(([index, spec]) => [index, wantedFor(index, spec)] as const);
	const raised = found !== null && found.version < version;
	await prepareIndexes(db, nameOf(collection), Object.fromEntries(wanted), async () => {
		if (raised) await reindex(db, collection);
	});
	if (raised) await versions.updateOne({ _id: name, version: { $lt: version } }, { $set: { version } });
	if (!found) await insertUnlessThere(versions, { _id: name, version });
}

/** The MongoDB index of a declared one. It ends with the id unless it is unique, since equal keys are ordered by id. */
function wantedFor(index: string, spec: IndexSpec<never>): Wanted {
	const fields = [...fieldNames(index, spec), ...(spec.unique ? [] : ["_id"])];
	return { key: Object.fromEntries(fields.map((field) => [field, 1])), unique: spec.unique ?? false };
}

/** Drops outdated indexes, calls `fill`, and creates missing ones. It lists them first, since some servers reject existing ones. */
async function prepareIndexes(
	db: Db,
	name: string,
	wanted: Readonly<Record<string, Wanted>>,
	fill: (present: ReadonlySet<string>) => Promise<void> = async () => {},
): Promise<void> {
	const exists = (await db.listCollections({ name }, { nameOnly: true }).toArray()).length > 0;
	const present = exists ? await db.collection(name).indexes() : [];
	const right = new Set<string>();
	for (const { name: index = "", key, unique } of present) {
		if (index === "_id_") continue;
		const want = wanted[index];
		if (want && JSON.stringify(want.key) === JSON.stringify(key) && want.unique === (unique ?? false)) right.add(index);
		else await db.collection(name).dropIndex(index);
	}
	await fill(right);
	for (const [index, { key, unique }] of Object.entries(wanted)) {
		if (right.has(index)) continue;
		await db.collection(name).createIndex(key, { name: index, ...(unique && { unique }) });
	}
}

/** Rewrites every document and its index fields after a change of the declaration. It can be repeated after a crash. */
async function reindex(db: Db, collection: Collection<never>): Promise<void> {
	const documents = db.collection<DocumentRecord>(nameOf(collection));
	for await (const { _id } of documents.find({}, { projection: { _id: 1 } })) {
		for (let done = false; !done; ) {
			const record = await documents.findOne({ _id });
			if (!record) break;
			const doc: unknown = JSON.parse(record.json);
			const change = changeTo(collection, contentOf(collection, (collection.upgrade?.(doc) ?? doc) as never));
			done = (await documents.updateOne({ _id, rev: record.rev }, change)).matchedCount === 1;
		}
	}
}

async function insertUnlessThere(versions: ReturnType<typeof versionsOf>, record: VersionRecord): Promise<void> {
	try {
		await versions.insertOne(record);
	} catch (error) {
		if (!isDuplicateKey(error)) throw error;
	}
}

const versionsOf = (db: Db) => db.collection<VersionRecord>("collections");
