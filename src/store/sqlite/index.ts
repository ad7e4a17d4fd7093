import type { Clock } from "../../core/clock.ts";
import { SetupError } from "../../core/errors.ts";
import type { FailPoints } from "../../core/ports/fail-points.ts";
import { type Collection, type Store, StoreUnavailable } from "../../core/ports/store.ts";
import { checkCollections } from "../collections.ts";
import { checkDraft } from "../drafts.ts";
import { checkLimit } from "../page-request.ts";
import { checkInt } from "../scalars.ts";
import { createCheckpoints } from "./checkpoints.ts";
import { openDatabase, stopFlushing, stopWaiting } from "./database.ts";
import { createDocuments } from "./documents.ts";
import { createDurableSnapshot } from "./durable-snapshot.ts";
import { publicError } from "./errors.ts";
import { createGroupCommit } from "./group-commit.ts";
import { watchFiles } from "./in-place.ts";
import { createLog } from "./log.ts";
import { openNewestRow } from "./newest-row.ts";
import { createOwing } from "./owing.ts";
import { createReadTransaction } from "./read-transaction.ts";
import { createReader, type Reader } from "./reader.ts";
import { rowOf } from "./rows.ts";
import { prepareSchema } from "./schema.ts";
import { readSizes } from "./sizes.ts";
import { createTransactions } from "./transaction.ts";
import { createWal } from "./wal.ts";

/** How to open the store on SQLite. */
export interface SqliteStoreOptions {
	/** Created if it does not exist; its folder must exist. Other processes may have it open too. */
	readonly file: string;
	readonly collections: readonly Collection<never>[];
	readonly failPoints: FailPoints;
	readonly clock: Clock;
	/** Opens a database that was restored from a backup, and accepts its end as the end of the log. */
	readonly acceptsOlder?: true;
	/**
	 * Each commit waits for the disk, and with it the whole process. It is for commands beside a server: the server must not see anything of
	 * theirs that is not durable.
	 */
	readonly flushesInPlace?: true;
}

/**
 * Opens the {@link Store} in one SQLite file (WAL, `synchronous=FULL`, group commit). An event is folded in its own transaction, so that
 * there is never anything to catch up with.
 *
 * @throws {StoreUnavailable} the file can't be opened
 * @throws {SetupError} it was written by a newer version of the program; it is older than the database that was used here last, unless that is accepted
 */
export async function openSqliteStore({
	file,
	collections,
	failPoints,
	clock,
	acceptsOlder,
	flushesInPlace,
}: SqliteStoreOptions): Promise<Store> {
	checkCollections(collections);
	const database = guarded(() => openDatabase(file));
	try {
		guarded(() => prepareSchema(database, collections));
	} catch (error) {
		database.close();
		throw error;
	}
	stopWaiting(database);
	if (!flushesInPlace) stopFlushing(database);
	const files = watchFiles(file);

	const tables = new Map(collections.map((collection) => [collection.name, createDocuments(database, collection)]));
	const log = createLog(database, clock, (fold) => tableOf(fold.collection).fold(fold));
	const owing = createOwing(database, log.heads.numberOf);
	const newestState = createReader(database, clock, collections, log.heads);
	const durableState = createDurableSnapshot(file, clock, collections);
	const reads = createReadTransaction(database);
	const wal = createWal(file, database);
	const transact = createTransactions(database, failPoints, {
		beginning() {
			files.assertInPlace();
			reads.end();
			if (!flushesInPlace) durableState.hold();
		},
		begun() {
			log.heads.refresh();
		},
		flush() {
			for (const table of tables.values()) table.flush();
		},
		undone() {
			for (const table of tables.values()) table.forget();
			log.heads.forget();
		},
	});
	const commits = createGroupCommit(
		{
			transact: (jobs) => transact(jobs) && !flushesInPlace,
			flush: wal.flush,
			durable() {
				durableState.release();
				newest.write(log.newestRow());
				checkpoints?.consider();
			},
		},
		failPoints,
	);
	const checkpoints = flushesInPlace ? undefined : createCheckpoints(file, database, commits.pause);
	const newest = openNewestRow(`${file}.newest-row`);
	const missing = newest.read() - log.newestRow();
	if (missing > 0 && acceptsOlder !== true) {
		newest.close();
		database.close();
		throw new SetupError(
			`${file} is older than the database that was used here last: its log ends ${missing} events earlier. If it was restored from a backup, run: npm run -s causeway -- restore`,
		);
	}
	newest.write(log.newestRow());

	function tableOf(collection: Collection<never>) {
		const table = tables.get(collection.name);
		if (!table) throw new TypeError(`The collection ${collection.name} was not declared`);
		return table;
	}

	return {
		async insert(collection, id, doc) {
			const table = tableOf(collection);
			const row = rowOf(collection, id, doc);
			await commits.write("document", () => table.insert(row));
		},

		async insertMissing(collection, docs) {
			const table = tableOf(collection);
			const rows = docs.map(({ id, doc }) => rowOf(collection, id, doc));
			if (rows.length > 0) await commits.write("documents", () => table.insertMissing(rows));
		},

		async get(collection, id) {
			return reading((state) => state.get(collection, id));
		},

		async getAll(collection, ids) {
			return reading((state) => state.getAll(collection, ids));
		},

		async replace(collection, id, rev, doc) {
			const table = tableOf(collection);
			const row = rowOf(collection, id, doc);
			return commits.write("document", () => table.replace(row, rev));
		},

		async delete(collection, id, rev) {
			const table = tableOf(collection);
			return commits.write("removal", () => table.delete(id, rev));
		},

		async page(collection, page) {
			return reading((state) => state.page(collection, page));
		},

		async merge(collection, merge) {
			return reading((state) => state.merge(collection, merge));
		},

		async count(collection, index, prefix) {
			return reading((state) => state.count(collection, index, prefix));
		},

		async append(draft, { folds, after }) {
			const checked = checkDraft(draft);
			return commits.write("log", () => log.append(checked, folds, after));
		},

		async events(stream, after, limit) {
			checkInt(after, "A seq");
			checkLimit(limit);
			return reading((state) => state.events(stream, after, limit));
		},

		async event(id) {
			return reading((state) => state.event(id));
		},

		async eventBy(key, value) {
			return reading((state) => state.eventBy(key, value));
		},

		async head(stream) {
			return reading((state) => state.head(stream));
		},

		async owed(marker, stream, { after = 0, limit }) {
			checkInt(after, "A seq");
			checkLimit(limit);
			return reading((state) => state.owed(marker, stream, after, limit));
		},

		async owedStreams(marker, { after, limit }) {
			checkLimit(limit);
			return reading((state) => state.owedStreams(marker, after, limit));
		},

		async settle(events, marker) {
			const ids = [...events];
			await commits.write("log", () => ids.forEach((id) => owing.settle(id, marker)));
		},

		async forgetRequests(limit) {
			checkLimit(limit);
			return commits.write("log", () => log.forgetRequests(limit));
		},

		async catchUp() {},

		async sizes() {
			return reading(() => readSizes(database, collections));
		},

		waiting: commits.waiting,

		async close() {
			if (!database.isOpen) return;
			await commits.close();
			// The callers of the last writes may still read something.
			await new Promise((resolve) => setImmediate(resolve));
			await checkpoints?.close();
			reads.end();
			// Another call may have closed it meanwhile.
			if (!database.isOpen) return;
			newest.close();
			durableState.close();
			database.close();
			await wal.close();
		},
	};

	/** Reads the newest state, or while that is not durable, the one before. */
	function reading<T>(work: (state: Reader) => T): T {
		if (!database.isOpen) throw new StoreUnavailable("The database is closed");
		return guarded(() => {
			const durable = durableState.reader;
			if (durable !== undefined) return work(durable);
			reads.enter();
			return work(newestState);
		});
	}
}

function guarded<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw publicError(error);
	}
}
