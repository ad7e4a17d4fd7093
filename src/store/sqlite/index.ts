import type { Clock } from "../../core/clock.ts";
import { SetupError } from "../../core/errors.ts";
import type { FailPoints } from "../../core/ports/fail-points.ts";
import { type Collection, type Store, type Stored, StoreUnavailable } from "../../core/ports/store.ts";
import { checkCollections } from "../collections.ts";
import { checkDraft } from "../drafts.ts";
import { checkLimit } from "../page-request.ts";
import { checkInt } from "../scalars.ts";
import { openDatabase, stopWaiting } from "./database.ts";
import { createDocuments } from "./documents.ts";
import { publicError } from "./errors.ts";
import { createGroupCommit } from "./group-commit.ts";
import { createLog } from "./log.ts";
import { createMerge } from "./merge.ts";
import { openNewestRow } from "./newest-row.ts";
import { createOwing } from "./owing.ts";
import { createPages } from "./pages.ts";
import { createReadTransaction } from "./read-transaction.ts";
import { rowOf } from "./rows.ts";
import { prepareSchema } from "./schema.ts";
import { readSizes } from "./sizes.ts";

/** How to open the store on SQLite. */
export interface SqliteStoreOptions {
	/** Created if it does not exist; its folder must exist. Other processes may have it open too. */
	readonly file: string;
	readonly collections: readonly Collection<never>[];
	readonly failPoints: FailPoints;
	readonly clock: Clock;
	/** Opens a database that was restored from a backup, and accepts its end as the end of the log. */
	readonly acceptsOlder?: true;
}

/**
 * Opens the {@link Store} in one SQLite file (WAL, `synchronous=FULL`, group commit). An event is folded in its own transaction, so that
 * there is never anything to catch up with.
 *
 * @throws {StoreUnavailable} the file can't be opened
 * @throws {Error} it was written by a newer version of the program
 * @throws {SetupError} it is older than the database that was used here last, unless that is accepted
 */
export async function openSqliteStore({
	file,
	collections,
	failPoints,
	clock,
	acceptsOlder,
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

	const tables = new Map(
		collections.map((collection) => {
			const pages = createPages(database, collection);
			const merge = createMerge(database, collection, pages.page);
			return [collection.name, { ...createDocuments(database, collection), ...pages, ...merge }];
		}),
	);
	const log = createLog(database, clock, (fold) => tableOf(fold.collection).fold(fold));
	const owing = createOwing(database, log.heads.numberOf);
	const reads = createReadTransaction(database);
	const commits = createGroupCommit(database, failPoints, {
		beginning: reads.end,
		begun() {
			log.heads.refresh();
			log.takeAdded();
		},
		flush() {
			for (const table of tables.values()) table.flush();
		},
		committed() {
			const row = log.takeAdded();
			if (row !== undefined) newest.write(row);
		},
		undone() {
			for (const table of tables.values()) table.forget();
			log.heads.forget();
			log.takeAdded();
		},
	});
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

		async get<T>(collection: Collection<T>, id: string) {
			return reading(() => tableOf(collection).get<T>(id));
		},

		async getAll<T>(collection: Collection<T>, ids: readonly string[]) {
			return reading(() => tableOf(collection).getAll<T>(ids));
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

		async page<T>(collection: Collection<T>, page: Parameters<Store["page"]>[1]) {
			return reading(() => tableOf(collection).page(page) as readonly Stored<T>[]);
		},

		async merge<T>(collection: Collection<T>, merge: Parameters<Store["merge"]>[1]) {
			return reading(() => tableOf(collection).merge(merge) as readonly Stored<T>[]);
		},

		async count(collection, index, prefix) {
			return reading(() => tableOf(collection).count(index, prefix));
		},

		async append(draft, { folds, after }) {
			const checked = checkDraft(draft);
			return commits.write("log", () => log.append(checked, folds, after));
		},

		async events(stream, after, limit) {
			checkInt(after, "A seq");
			checkLimit(limit);
			return reading(() => log.events(stream, after, limit));
		},

		async event(id) {
			return reading(() => log.event(id));
		},

		async eventBy(key, value) {
			return reading(() => log.eventBy(key, value));
		},

		async head(stream) {
			return reading(() => log.heads.seqOf(stream));
		},

		async owed(marker, stream, { after = 0, limit }) {
			checkInt(after, "A seq");
			checkLimit(limit);
			return reading(() => log.owed(marker, stream, after, limit));
		},

		async owedStreams(marker, { after, limit }) {
			checkLimit(limit);
			return reading(() => owing.streams(marker, after, limit));
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

		async close() {
			if (!database.isOpen) return;
			await commits.close();
			reads.end();
			// Another call may have closed it meanwhile.
			if (!database.isOpen) return;
			newest.close();
			database.close();
		},
	};

	function reading<T>(work: () => T): T {
		if (!database.isOpen) throw new StoreUnavailable("The database is closed");
		return guarded(() => {
			reads.enter();
			return work();
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
