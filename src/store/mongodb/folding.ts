import { Duplicate, type Fold, type FoldsOf, type LogEvent } from "../../core/ports/store.ts";
import type { Documents } from "./documents.ts";
import { contentOf, type DocumentRecord, recordOf } from "./records.ts";

/** How many updates are in flight at once. */
const atOnce = 32;

/** All folds of a batch of events into one document, in order. */
interface Chain {
	readonly table: Documents;
	readonly id: string;
	readonly steps: { readonly seq: number; readonly fold: Fold }[];
}

/** A document before or after a chain; `rev` is 0 if there is none yet. */
interface State {
	readonly rev: number;
	readonly seen: number;
	readonly doc: unknown;
	readonly changed: boolean;
}

/** An event whose folds threw. */
export interface Failed {
	readonly event: LogEvent;
	readonly error: unknown;
}

/** The folds of a batch of events, with the documents that they start from. */
export interface Plan {
	/** The first event whose folds threw, which must not be stored. */
	readonly failed: Failed | undefined;
	readonly chains: ReadonlyMap<string, Chain>;
	readonly before: ReadonlyMap<string, State>;
}

const absent: State = { rev: 0, seen: 0, doc: undefined, changed: false };

/**
 * Folds events into documents without a transaction. A fold depends only on its document and its event, so each document is written
 * by itself: the events that it has not seen are folded in order, by compare-and-set. Repeating this, or doing it in two processes at once,
 * changes nothing.
 *
 * @param report called if a document can't be written because another one has its unique value
 */
export function createFolding(tableOf: (fold: Fold) => Documents, report: (error: Duplicate, id: string) => void) {
	/** Reads the documents of the events and tries their folds, before anything is stored. */
	async function plan(events: readonly LogEvent[], foldsOf: (event: LogEvent) => FoldsOf): Promise<Plan> {
		const chains = new Map<string, Chain>();
		const order: { readonly event: LogEvent; readonly keys: readonly string[] }[] = [];
		for (const event of events) {
			try {
				order.push({ event, keys: chain(chains, event, foldsOf(event)(event)) });
			} catch (error) {
				return { failed: { event, error }, chains, before: new Map() };
			}
		}
		const before = await load(chains);
		return { failed: firstFailure(order, chains, before), chains, before };
	}

	function chain(chains: Map<string, Chain>, event: LogEvent, folds: readonly Fold[]): string[] {
		return folds.map((fold) => {
			const key = `${fold.collection.name} ${fold.id}`;
			const known = chains.get(key) ?? { table: tableOf(fold), id: fold.id, steps: [] };
			known.steps.push({ seq: event.seq, fold });
			chains.set(key, known);
			return key;
		});
	}

	async function load(chains: ReadonlyMap<string, Chain>): Promise<ReadonlyMap<string, State>> {
		const wanted = new Map<Documents, string[]>();
		for (const { table, id, steps } of chains.values()) {
			if (!steps[0]?.fold.fresh) wanted.set(table, [...(wanted.get(table) ?? []), id]);
		}
		const states = new Map<string, State>();
		const reads = [...wanted].map(async ([table, ids]) => {
			for (const record of await table.documents.find({ _id: { $in: ids } }).toArray()) {
				states.set(`${table.collection.name} ${record._id}`, stateOf(record));
			}
		});
		await Promise.all(reads);
		return states;
	}

	/** Writes the documents of a plan, folded up to the seq `last`. */
	async function write({ chains, before }: Plan, last: number): Promise<void> {
		const missing = new Map<Documents, { chain: Chain; record: DocumentRecord }[]>();
		const changes: (() => Promise<void>)[] = [];
		for (const [key, chain] of chains) {
			const start = before.get(key) ?? absent;
			const next = advance(chain, start, last);
			if (!next.changed) continue;
			if (start.rev > 0) {
				changes.push(async () => {
					if (!(await replace(chain, start, next))) await catchUpDocument(chain, last);
				});
			} else {
				const { table } = chain;
				const record = { ...recordOf(table.collection, chain.id, next.doc as never), seen: next.seen };
				missing.set(table, [...(missing.get(table) ?? []), { chain, record }]);
			}
		}
		for (const [table, entries] of missing) changes.unshift(() => insert(table, entries, last));
		for (let from = 0; from < changes.length; from += atOnce) {
			await Promise.all(changes.slice(from, from + atOnce).map((change) => change()));
		}
	}

	/** Inserts all new documents at once; those that exist after all are folded one by one. */
	async function insert(table: Documents, entries: readonly { chain: Chain; record: DocumentRecord }[], last: number) {
		try {
			const taken = await table.insertMissing(entries.map(({ record }) => record));
			for (const { chain } of entries) if (taken.has(chain.id)) await catchUpDocument(chain, last);
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
			for (const { chain } of entries) await catchUpDocument(chain, last);
		}
	}

	/** Folds unseen events into a document by compare-and-set, until it is up to date. */
	async function catchUpDocument(chain: Chain, last: number): Promise<void> {
		const { table, id } = chain;
		for (;;) {
			const record = await table.documents.findOne({ _id: id });
			const start = record ? stateOf(record) : absent;
			const next = advance(chain, start, last);
			if (!next.changed) return;
			try {
				if (start.rev > 0 ? await replace(chain, start, next) : await insertOne(chain, next)) return;
			} catch (error) {
				if (!(error instanceof Duplicate)) throw error;
				if (error.index === "id") continue;
				// The event is durable, and one document must not block its stream. Uniqueness is up to the natural key.
				return report(error, id);
			}
		}
	}

	async function insertOne({ table, id }: Chain, next: State): Promise<true> {
		await table.insert({ ...recordOf(table.collection, id, next.doc as never), seen: next.seen });
		return true;
	}

	function replace({ table, id }: Chain, start: State, next: State): Promise<boolean> {
		return table.replace(id, start.rev, { ...contentOf(table.collection, next.doc as never), seen: next.seen });
	}

	return { plan, write };
}

/** Folds events into documents. */
export type Folding = ReturnType<typeof createFolding>;

function stateOf({ rev, seen, json }: DocumentRecord): State {
	return { rev, seen: seen ?? 0, doc: JSON.parse(json), changed: false };
}

/** Folds the unseen events of a chain up to the seq `last` into a document. */
function advance({ steps }: Chain, start: State, last: number): State {
	let state = start;
	for (const { seq, fold } of steps) {
		if (seq <= start.seen || seq > last) continue;
		const doc = fold.next(state.doc as never);
		if (doc !== undefined) state = { ...state, doc, seen: seq, changed: true };
	}
	return state;
}

/** The first event whose folds throw, or whose documents can't be stored. */
function firstFailure(
	order: readonly { readonly event: LogEvent; readonly keys: readonly string[] }[],
	chains: ReadonlyMap<string, Chain>,
	before: ReadonlyMap<string, State>,
): Failed | undefined {
	const states = new Map(before);
	for (const { event, keys } of order) {
		try {
			for (const key of new Set(keys)) {
				const chain = chains.get(key);
				if (!chain) continue;
				const steps = chain.steps.filter(({ seq }) => seq === event.seq);
				const next = advance(
					{ ...chain, steps },
					{ ...(states.get(key) ?? absent), seen: 0, changed: false },
					event.seq,
				);
				if (next.changed) recordOf(chain.table.collection, chain.id, next.doc as never);
				states.set(key, next);
			}
		} catch (error) {
			return { event, error };
		}
	}
	return undefined;
}
