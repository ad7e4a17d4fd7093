import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../core/clock.ts";
import type { Collection, LogEvent, Merge, Page, Stored } from "../../core/ports/store.ts";
import { StoredDocument } from "../stored.ts";
import { createHeads } from "./heads.ts";
import { createLogReader } from "./log-reader.ts";
import { createMerge } from "./merge.ts";
import { createOwing } from "./owing.ts";
import { createPages } from "./pages.ts";
import { tableOf } from "./rows.ts";

/** Everything that is read from the store, in the state that its connection sees. All functions are synchronous. */
export interface Reader {
	get<T>(collection: Collection<T>, id: string): Stored<T> | undefined;
	getAll<T>(collection: Collection<T>, ids: readonly string[]): readonly Stored<T>[];
	page<T>(collection: Collection<T>, page: Page): readonly Stored<T>[];
	merge<T>(collection: Collection<T>, merge: Merge): readonly Stored<T>[];
	count(collection: Collection<never>, index: string, prefix: readonly (string | number)[]): number;
	events(stream: string, after: number, limit: number): readonly LogEvent[];
	event(id: string): LogEvent | undefined;
	eventBy(key: "natural" | "request", value: string): LogEvent | undefined;
	head(stream: string): number;
	owed(marker: string, stream: string, after: number, limit: number): readonly LogEvent[];
	owedStreams(marker: string, after: string | undefined, limit: number): readonly string[];
}

/**
 * Reads on a connection, whose statements are prepared when they are first needed.
 *
 * @param heads the streams, as another part of the program caches them for the same connection
 */
export function createReader(
	database: DatabaseSync,
	clock: Clock,
	collections: readonly Collection<never>[],
	heads: Pick<ReturnType<typeof createHeads>, "numberOf" | "seqOf"> = createHeads(database),
): Reader {
	const declared = new Map(collections.map((collection) => [collection.name, collection]));
	const tables = new Map<string, ReturnType<typeof createTable>>();
	const log = createLogReader(database, clock, heads.numberOf);
	const owing = createOwing(database, heads.numberOf);

	function tableOfCollection({ name }: Collection<never>): ReturnType<typeof createTable> {
		let table = tables.get(name);
		if (table) return table;
		const collection = declared.get(name);
		if (!collection) throw new TypeError(`The collection ${name} was not declared`);
		tables.set(name, (table = createTable(database, collection)));
		return table;
	}

	return {
		get: <T>(collection: Collection<T>, id: string) => tableOfCollection(collection).get<T>(id),
		getAll: <T>(collection: Collection<T>, ids: readonly string[]) =>
			ids.flatMap((id) => tableOfCollection(collection).get<T>(id) ?? []),
		page: <T>(collection: Collection<T>, page: Page) =>
			tableOfCollection(collection).page(page) as readonly Stored<T>[],
		merge: <T>(collection: Collection<T>, merge: Merge) =>
			tableOfCollection(collection).merge(merge) as readonly Stored<T>[],
		count: (collection, index, prefix) => tableOfCollection(collection).count(index, prefix),
		events: log.events,
		event: log.event,
		eventBy: log.eventBy,
		head: heads.seqOf,
		owed: log.owed,
		owedStreams: owing.streams,
	};
}

/** The documents of one collection. */
function createTable(database: DatabaseSync, collection: Collection<never>) {
	const selection = database.prepare(`SELECT rev, json FROM "${tableOf(collection)}" WHERE id = ?`);
	const pages = createPages(database, collection);
	return {
		...pages,
		...createMerge(database, collection, pages.page),
		get<T>(id: string): Stored<T> | undefined {
			const found = selection.get(id) as { readonly rev: number; readonly json: string } | undefined;
			return found && new StoredDocument<T>(id, found.rev, found.json);
		},
	};
}
