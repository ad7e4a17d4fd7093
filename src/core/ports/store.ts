/**
 * The Store port: a durable, ordered log and declared collections of JSON documents.
 *
 * It deliberately requires little of a database (no multi-document transaction, no partial or sparse index, no null, float or
 * date as an index value), so that one implementation of every repository runs on SQLite and on any server that speaks the
 * MongoDB protocol.
 */

/** ASCII text of at most 512 bytes, or a safe integer (times are milliseconds since 1970). */
export type Scalar = string | number;
/** The value of a document in an index: one scalar per part. */
export type Key = readonly Scalar[];

/** The declaration of an index. */
export interface IndexSpec<T> {
	readonly kinds: readonly ("text" | "int")[];
	/** A unique value is always present and never changes. */
	readonly unique?: true;
	/** The key of a document, one scalar per kind; `undefined` if the document is not in this index. */
	of(doc: T): Key | undefined;
}

/** The declaration of a collection of documents. */
export interface Collection<T> {
	/** `[a-z_]+`: names the table or collection. */
	readonly name: string;
	/** Raise it when indexes or the shape of documents change; the backend then rebuilds both. */
	readonly version: number;
	/** Converts a document of an earlier version to this one; after a crash it may be called with a converted document. */
	readonly upgrade?: (doc: unknown) => unknown;
	readonly indexes: Readonly<Record<string, IndexSpec<T>>>;
}

/** A stored document. `json` lets pages be concatenated without parsing; `doc` is parsed on first use. */
export interface Stored<T> {
	readonly id: string;
	readonly rev: number;
	readonly json: string;
	readonly doc: T;
}

/** A page over an index, or over the ids if `index` is absent. Rows are ordered by key, then by id. */
export interface Page {
	readonly index?: string;
	/** The leading parts of the key that all rows of the page share. */
	readonly prefix?: Key;
	/** The page starts strictly after this whole key (prefix included), in the given direction. */
	readonly after?: Key;
	readonly order: "asc" | "desc";
	readonly limit: number;
}

/**
 * The first documents of several ranges of one index, merged. They are ordered by the parts of the key after the prefix, then by the
 * prefix, then by id.
 */
export interface Merge {
	readonly index: string;
	/** Their prefixes are different and have the same number of parts; each range starts strictly after the whole key `after`. */
	readonly ranges: readonly { readonly prefix: Key; readonly after?: Key }[];
	readonly order: "asc" | "desc";
	readonly limit: number;
}

/** An event to be appended, which has no seq yet. */
export interface Draft<Type extends string = string, Body = unknown> {
	readonly stream: string;
	readonly type: Type;
	/** The id of the account that caused the event. */
	readonly actor: string;
	/** Unique in the whole log: identifies the request. The event's own id if absent. */
	readonly request?: string;
	/** How long the request key is taken, in milliseconds; without end if absent. Afterwards the event has its own id as this key. */
	readonly requestMs?: number;
	/** Unique in the whole log: identifies what happened, however it was reported. The event's own id if absent. */
	readonly natural?: string;
	/** The markers of the consumers that have to handle the event. */
	readonly pending: readonly string[];
	readonly body: Body;
	/** Earlier events of the same stream whose bodies this one replaces, to erase their content (design §3.1 rule 8). */
	readonly erases?: readonly { readonly seq: number; readonly body: unknown }[];
}

/** An event in the log. */
export interface LogEvent<Type extends string = string, Body = unknown> {
	/** `<stream>/<seq>` */
	readonly id: string;
	readonly stream: string;
	/** 1, 2, 3 … without gaps. */
	readonly seq: number;
	readonly type: Type;
	readonly actor: string;
	/** Server time in milliseconds, never decreasing within a stream; a burst may share one. */
	readonly at: number;
	readonly request: string;
	readonly natural: string;
	readonly pending: readonly string[];
	readonly body: Body;
}

/**
 * How an event changes one derived document. `next` is a pure function of the previous document (`undefined` if there is none); it
 * returns the new document, or `undefined` to leave the document unchanged.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the list of folds of an event is heterogeneous
export interface Fold<T = any> {
	readonly collection: Collection<T>;
	readonly id: string;
	/** The event creates this document, so that the previous one need not be read. */
	readonly fresh?: true;
	next(now: T | undefined): T | undefined;
}
/**
 * The folds of any event. There is one function for the whole log, since a process may have to fold events that another one left
 * unfolded.
 *
 * A derived document is folded from one stream only. It is never deleted, but becomes a tombstone. It must not rely on unique indexes,
 * because its event may be durable before it: the natural key provides uniqueness across streams.
 */
export type FoldsOf = (event: LogEvent) => readonly Fold[];

/** The outcome of an append. */
export type Appended =
	| { readonly outcome: "appended"; readonly event: LogEvent }
	/** Nothing was stored, because an event with this request or natural key is already durable. */
	| { readonly outcome: "duplicate"; readonly by: "request" | "natural"; readonly event: LogEvent }
	/** Nothing was stored, because the stream is no longer at `after`; the caller has to decide again. */
	| { readonly outcome: "moved"; readonly seq: number };

/** A document with the same id (`index: "id"`) or the same value of a unique index exists already. */
export class Duplicate extends Error {
	readonly collection: string;
	readonly index: string;
	constructor(collection: string, index: string) {
		super(`A document with the same ${index} exists in ${collection}`);
		this.name = "Duplicate";
		this.collection = collection;
		this.index = index;
	}
}

/** The store can't be used now (disk full, server unreachable). Reported as 503. */
export class StoreUnavailable extends Error {
	constructor(message: string, options?: { cause: unknown }) {
		super(message, options);
		this.name = "StoreUnavailable";
	}
}

/** As many writes as may wait are waiting already, so this one was not begun. Reported as 503. */
export class StoreBusy extends StoreUnavailable {
	constructor() {
		super("Too many writes are waiting");
		this.name = "StoreBusy";
	}
}

/** How large a part of the store is: the log, its helpers, or a collection. */
export interface StoredSize {
	readonly name: string;
	readonly rows: number;
	/** With indexes; without what is free or not written back yet. */
	readonly bytes: number;
}

/**
 * A write resolves when it is durable; what is not durable can't be read. A read that begins after that sees it.
 *
 * @throws {StoreBusy} from any write, if ten thousand are waiting
 */
export interface Store {
	/** @throws {Duplicate} */
	insert<T>(collection: Collection<T>, id: string, doc: T): Promise<void>;
	/**
	 * Inserts the documents whose id does not exist yet; the others are left unchanged.
	 *
	 * @throws {Duplicate} if one has the unique value of another document; some of the others may be stored by then
	 */
	insertMissing<T>(collection: Collection<T>, docs: readonly { readonly id: string; readonly doc: T }[]): Promise<void>;
	get<T>(collection: Collection<T>, id: string): Promise<Stored<T> | undefined>;
	/** The documents with these ids, in any order; those that don't exist are left out. */
	getAll<T>(collection: Collection<T>, ids: readonly string[]): Promise<readonly Stored<T>[]>;
	/** Compare-and-set: `false` if the document is no longer at `rev` or does not exist. */
	replace<T>(collection: Collection<T>, id: string, rev: number, doc: T): Promise<boolean>;
	/** Deletes a document, at any revision if `rev` is absent; `false` if there was none. */
	delete<T>(collection: Collection<T>, id: string, rev?: number): Promise<boolean>;
	/** A page of documents in the order of an index. @throws {TypeError} the index can't answer it */
	page<T>(collection: Collection<T>, page: Page): Promise<readonly Stored<T>[]>;
	/** Costs little for each range, and otherwise as much as a page. @throws {TypeError} the index can't answer it */
	merge<T>(collection: Collection<T>, merge: Merge): Promise<readonly Stored<T>[]>;
	/** How many documents have a key that starts with `prefix`. */
	count<T>(collection: Collection<T>, index: string, prefix: Key): Promise<number>;

	/**
	 * Appends one event to its stream and folds it into the derived documents. Resolves when the event is durable and its
	 * folds can be read. Appends to one stream keep the order in which they were started. If a fold throws, the append rejects
	 * with that error and nothing is stored. After {@link StoreUnavailable} the outcome is unknown; a retry is safe for a draft
	 * that has a key.
	 */
	append(draft: Draft, options: { readonly folds: FoldsOf; readonly after?: number }): Promise<Appended>;
	/** The events of a stream with `seq > after`, oldest first. */
	events(stream: string, after: number, limit: number): Promise<readonly LogEvent[]>;
	event(id: string): Promise<LogEvent | undefined>;
	/** The event that has this natural (or request) key. */
	eventBy(key: "natural" | "request", value: string): Promise<LogEvent | undefined>;
	/** The seq of the stream's newest event; 0 if it has none. */
	head(stream: string): Promise<number>;
	/** The events of a stream that are pending for this consumer, after the seq `after`, oldest first. */
	owed(
		marker: string,
		stream: string,
		options: { readonly after?: number; readonly limit: number },
	): Promise<readonly LogEvent[]>;
	/** The streams with events that are pending for this consumer, after the stream `after`, in an order that the store chooses. */
	owedStreams(marker: string, options: { readonly after?: string; readonly limit: number }): Promise<readonly string[]>;
	/** Removes this consumer's marker from the events, once the results of handling them are durable. Ignores unknown ids and markers. */
	settle(events: readonly string[], marker: string): Promise<void>;
	/** Erases at most `limit` request keys whose time is over, and which are free already. Resolves with how many there were. */
	forgetRequests(limit: number): Promise<number>;
	/** Folds the events that were appended but not folded (a no-op if both happen in one transaction). Called at start. */
	catchUp(folds: FoldsOf): Promise<void>;
	/** The sizes of all parts, the largest first. It reads much of the store, so it is not for a request. */
	sizes(): Promise<readonly StoredSize[]>;
	/** How many writes have not been answered. */
	waiting(): number;
	close(): Promise<void>;
}
