/**
 * The Store port: a durable, ordered log and declared collections of JSON documents.
 *
 * It asks little of a database on purpose (no multi-document transaction, no partial or sparse index, no null, float or
 * date as an index value), so that one implementation of every repository runs on SQLite and on anything that speaks the
 * MongoDB protocol.
 */

/** ASCII text of at most 512 bytes, or a safe integer (times are milliseconds since 1970). */
export type Scalar = string | number;
export type Key = readonly Scalar[];

export interface IndexSpec<T> {
	readonly kinds: readonly ("text" | "int")[];
	/** A unique value is always present and never changes. */
	readonly unique?: true;
	/** The key of a document, one scalar per kind; `undefined`: this document is not in this index. */
	of(doc: T): Key | undefined;
}

export interface Collection<T> {
	/** `[a-z_]+`: names the table or collection. */
	readonly name: string;
	/** Raised when an index is added or changed; the backend then builds what is missing. */
	readonly version: number;
	readonly indexes: Readonly<Record<string, IndexSpec<T>>>;
}

/** A document as it is stored. `json` is what pages concatenate; `doc` is parsed on first use. */
export interface Stored<T> {
	readonly id: string;
	readonly rev: number;
	readonly json: string;
	readonly doc: T;
}

/** A page over an index, or over the ids when `index` is absent. The order is that of the key, then of the id. */
export interface Page {
	readonly index?: string;
	/** The leading parts of the key that every row of the page has. */
	readonly prefix?: Key;
	/** Rows strictly behind this whole key (prefix included), in the asked direction. */
	readonly after?: Key;
	readonly order: "asc" | "desc";
	readonly limit: number;
}

/** What an append stores, before the store has given it a place in its stream. */
export interface Draft<Type extends string = string, Body = unknown> {
	readonly stream: string;
	readonly type: Type;
	/** The account id of who did it. */
	readonly actor: string;
	/** Unique over the whole log: what makes it the same request. Absent: the event's own id. */
	readonly request?: string;
	/** Unique over the whole log: what makes it the same thing everywhere. Absent: the event's own id. */
	readonly natural?: string;
	/** The markers of the consumers that have work to do for it. */
	readonly pending: readonly string[];
	readonly body: Body;
	/** Earlier events of the same stream whose bodies this one replaces by what may remain of them (design §3.1 rule 7). */
	readonly erases?: readonly { readonly seq: number; readonly body: unknown }[];
}

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
 * One derived document. `next` is pure: the document as it was (undefined: none yet) and the event give the document as
 * it is; returning `undefined` leaves it as it was.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the list of folds of an event is heterogeneous
export interface Fold<T = any> {
	readonly collection: Collection<T>;
	readonly id: string;
	/** The event is the first to speak of this document, so there is nothing to read before it. */
	readonly fresh?: true;
	next(now: T | undefined): T | undefined;
}
/**
 * The folds of any event: one function for the whole log, since what one process has left unfolded another folds.
 *
 * A folded document is folded from one stream only and is never deleted, but left as a tombstone. It must not rely on
 * unique indexes, because its event may be durable before it: uniqueness across streams is the natural key's task.
 */
export type FoldsOf = (event: LogEvent) => readonly Fold[];

export type Appended =
	| { readonly outcome: "appended"; readonly event: LogEvent }
	/** Nothing was stored: an event with this request or natural key is already durable. */
	| { readonly outcome: "duplicate"; readonly by: "request" | "natural"; readonly event: LogEvent }
	/** Nothing was stored: the stream is no longer at `after`; decide again. */
	| { readonly outcome: "moved"; readonly seq: number };

/** An insert met a document with the same id (`index: "id"`) or with the same value of a unique index. */
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

/** The store can't take or give anything now (disk full, server away). Becomes 503. */
export class StoreUnavailable extends Error {
	constructor(message: string, options?: { cause: unknown }) {
		super(message, options);
		this.name = "StoreUnavailable";
	}
}

/** Every promise of a write resolves when the write is durable. */
export interface Store {
	/** @throws {Duplicate} */
	insert<T>(collection: Collection<T>, id: string, doc: T): Promise<void>;
	/**
	 * Inserts the documents whose id is not taken yet; the others are left as they are.
	 *
	 * @throws {Duplicate} when one has a unique value of another; some of the others may be stored then
	 */
	insertMissing<T>(collection: Collection<T>, docs: readonly { readonly id: string; readonly doc: T }[]): Promise<void>;
	get<T>(collection: Collection<T>, id: string): Promise<Stored<T> | undefined>;
	/** Compare-and-set: `false` when the document is no longer at `rev`, or is gone. */
	replace<T>(collection: Collection<T>, id: string, rev: number, doc: T): Promise<boolean>;
	/** `rev` absent: whatever the revision. */
	delete<T>(collection: Collection<T>, id: string, rev?: number): Promise<boolean>;
	page<T>(collection: Collection<T>, page: Page): Promise<readonly Stored<T>[]>;
	count<T>(collection: Collection<T>, index: string, prefix: Key): Promise<number>;

	/**
	 * Appends one event to its stream and folds it into the derived documents. Resolves when the event is durable and
	 * its folds can be read. Appends to one stream that are started one after the other land in that order. When a fold
	 * throws, the append rejects with its error and nothing is stored. After {@link StoreUnavailable} the outcome is unknown:
	 * trying again is safe for a draft that has a key.
	 */
	append(draft: Draft, options: { readonly folds: FoldsOf; readonly after?: number }): Promise<Appended>;
	/** Events of a stream with `after < seq`, oldest first. */
	events(stream: string, after: number, limit: number): Promise<readonly LogEvent[]>;
	event(id: string): Promise<LogEvent | undefined>;
	/** The event that has this natural (or request) key. */
	eventBy(key: "natural" | "request", value: string): Promise<LogEvent | undefined>;
	/** The seq of the stream's newest event; 0: none. */
	head(stream: string): Promise<number>;
	/** The events of a stream that this consumer has not settled, behind the seq `after`, oldest first. */
	owed(
		marker: string,
		stream: string,
		options: { readonly after?: number; readonly limit: number },
	): Promise<readonly LogEvent[]>;
	/** The streams with events that this consumer has not settled, behind the stream `after`, in an order of the store's own. */
	owedStreams(marker: string, options: { readonly after?: string; readonly limit: number }): Promise<readonly string[]>;
	/** What these events ask of this consumer is durably in its hands. Unknown ids and markers are no error. */
	settle(events: readonly string[], marker: string): Promise<void>;
	/** Folds what was appended but not folded yet (a no-op where both happen in one transaction). Called at start. */
	catchUp(folds: FoldsOf): Promise<void>;
	close(): Promise<void>;
}
