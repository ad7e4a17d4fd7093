import type { Clock } from "../../core/clock.ts";
import type { FailPoints } from "../../core/ports/fail-points.ts";
import {
	type Collection,
	type Duplicate,
	type FoldsOf,
	type Page,
	type Store,
	StoreBusy,
	StoreUnavailable,
} from "../../core/ports/store.ts";
import { checkCollections } from "../collections.ts";
import { checkDraft } from "../drafts.ts";
import { positionOf } from "../event-ids.ts";
import { mostWaiting } from "../most-waiting.ts";
import { checkLimit } from "../page-request.ts";
import { checkInt } from "../scalars.ts";
import { createAppenders } from "./appenders.ts";
import { connect } from "./connection.ts";
import { createDocuments } from "./documents.ts";
import { publicError } from "./errors.ts";
import { createFolding } from "./folding.ts";
import { createLogReader, toEvent } from "./log-reader.ts";
import { createOwing } from "./owing.ts";
import { createPages } from "./pages.ts";
import { createProjection } from "./projection.ts";
import { type CursorRecord, contentOf, type EventRecord, recordOf } from "./records.ts";
import { prepareSchema } from "./schema.ts";
import { readSizes } from "./sizes.ts";

/** How to open the store on MongoDB. */
export interface MongoStoreOptions {
	/** `mongodb://…`; never logged, since it may contain a password. */
	readonly url: string;
	/** The name of the database; if absent, the one in the URL, or else `causeway`. */
	readonly database?: string;
	readonly collections: readonly Collection<never>[];
	readonly failPoints: FailPoints;
	readonly clock: Clock;
	readonly logger?: { error(details: object, message: string): void };
}

/**
 * Opens the {@link Store} on MongoDB or a compatible server: a single node, a replica set or a sharded cluster. It uses no transactions:
 * an append is one insert, and events are folded afterwards, up to a cursor per stream.
 *
 * @throws {StoreUnavailable} no server answers
 * @throws {SetupError} the URL is wrong, the server rejects the user, or the database was written by a newer version of the program
 */
export async function openMongoStore(options: MongoStoreOptions): Promise<Store> {
	const { collections, failPoints, clock, logger } = options;
	checkCollections(collections);
	const { client, db } = await guarded(() => connect(options.url, options.database));
	let closing: Promise<void> | undefined;
	try {
		await guarded(() => prepareSchema(db, collections));
	} catch (error) {
		await client.close();
		throw error;
	}

	const tables = new Map(
		collections.map((collection) => [
			collection.name,
			{ ...createDocuments(db, collection), ...createPages(db, collection) },
		]),
	);
	const log = db.collection<EventRecord>("log");
	const reader = createLogReader(log, clock);
	const owing = createOwing(log);
	const folding = createFolding(({ collection }) => tableOf(collection), reportDuplicate);
	const projection = createProjection(log, db.collection<CursorRecord>("streams"), reader, folding);
	const appenders = createAppenders({ log, reader, folding, projection, failPoints, clock });
	/** The folds of every event, as they were last passed in. */
	let lastFolds: FoldsOf | undefined;
	/** How many writes have not been answered. */
	let waiting = 0;

	function tableOf(collection: Collection<never>) {
		const table = tables.get(collection.name);
		if (!table) throw new TypeError(`The collection ${collection.name} was not declared`);
		return table;
	}

	function reportDuplicate({ collection, index }: Duplicate, id: string): void {
		logger?.error(
			{ collection, index, id },
			"A document could not be folded, because another one has its unique value",
		);
	}

	function using<T>(work: () => Promise<T>): Promise<T> {
		return closing ? Promise.reject(new StoreUnavailable("The database is closed")) : guarded(work);
	}

	async function writing<T>(work: () => Promise<T>): Promise<T> {
		if (waiting >= mostWaiting) throw new StoreBusy();
		waiting++;
		try {
			return await using(work);
		} finally {
			waiting--;
		}
	}

	return {
		async insert(collection, id, doc) {
			const table = tableOf(collection);
			const record = recordOf(collection, id, doc);
			await writing(() => table.insert(record));
		},

		async insertMissing(collection, docs) {
			const table = tableOf(collection);
			const records = docs.map(({ id, doc }) => recordOf(collection, id, doc));
			await writing(() => table.insertMissing(records));
		},

		async get<T>(collection: Collection<T>, id: string) {
			return using(() => tableOf(collection).get<T>(id));
		},

		async getAll<T>(collection: Collection<T>, ids: readonly string[]) {
			return using(() => tableOf(collection).getAll<T>(ids));
		},

		async replace(collection, id, rev, doc) {
			const table = tableOf(collection);
			const content = contentOf(collection, doc);
			return writing(() => table.replace(id, rev, content));
		},

		async delete(collection, id, rev) {
			return writing(() => tableOf(collection).delete(id, rev));
		},

		async page<T>(collection: Collection<T>, page: Page) {
			return using(() => tableOf(collection).page<T>(page));
		},

		async merge<T>(collection: Collection<T>, merge: Parameters<Store["merge"]>[1]) {
			return using(() => tableOf(collection).merge<T>(merge));
		},

		async count(collection, index, prefix) {
			return using(() => tableOf(collection).count(index, prefix));
		},

		async append(draft, { folds, after }) {
			const checked = checkDraft(draft);
			lastFolds = folds;
			return writing(() => appenders.of(draft.stream).append(checked, folds, after));
		},

		async events(stream, after, limit) {
			checkInt(after, "A seq");
			checkLimit(limit);
			return using(async () => (await reader.records(stream, Math.max(after, 0), limit)).map(toEvent));
		},

		async event(id) {
			return using(() => reader.event(id));
		},

		async eventBy(key, value) {
			return using(() => reader.eventBy(key, value));
		},

		async head(stream) {
			return using(async () => (await reader.headFrom(stream, await projection.readApplied(stream))).seq);
		},

		async owed(marker, stream, { after = 0, limit }) {
			checkInt(after, "A seq");
			checkLimit(limit);
			return using(async () => {
				const events = (await owing.owed(marker, stream, after, limit)).map(toEvent);
				// the process that appended them may have ended before it folded them
				if (lastFolds) await projection.foldAllUpTo(events, lastFolds);
				return events;
			});
		},

		async owedStreams(marker, { after = "", limit }) {
			checkLimit(limit);
			return using(() => owing.streams(marker, after, limit));
		},

		async settle(events, marker) {
			const ids = events.filter(positionOf);
			await writing(() => owing.settle(ids, marker));
		},

		async forgetRequests(limit) {
			checkLimit(limit);
			return writing(() => reader.forgetRequests(limit));
		},

		async catchUp(folds) {
			lastFolds = folds;
			await using(() => projection.catchUp(folds));
		},

		async sizes() {
			return using(() => readSizes(db, collections));
		},

		waiting: () => waiting,

		async close() {
			closing ??= appenders.idle().then(() => client.close());
			await closing;
		},
	};
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw publicError(error);
	}
}
