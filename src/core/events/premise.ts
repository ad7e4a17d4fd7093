import type { Collection, Fold, FoldsOf } from "../ports/store.ts";

/**
 * What a decision was based on: a derived document in a certain state. An append with premises stores nothing unless all of them hold at
 * the event's place in the log, so that a decision never has to compete with unrelated events of its stream (ADR 4).
 *
 * A document that is folded from another stream is compared with its newest state, which on MongoDB may lag behind that stream by a moment.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the list of premises of an append is heterogeneous
export interface Premise<T = any> {
	readonly collection: Collection<T>;
	readonly id: string;
	/** Pure; `undefined` if the document does not exist. */
	holds(doc: T | undefined): boolean;
}

/** A premise does not hold (any more). */
export class PremiseFailed extends Error {}

/**
 * The folds of an append with premises. A store does not store an event whose folds throw, and applies folds to the documents as they are
 * just before the event, so a premise is a fold that changes nothing.
 *
 * @param body the body of the event to be appended; other events, which the store may fold on the same occasion, are left alone
 */
export function guarded(folds: FoldsOf, body: unknown, premises: readonly Premise[]): FoldsOf {
	if (premises.length === 0) return folds;
	const checks = premises.map(asFold);
	return (event) => (event.body === body ? [...checks, ...folds(event)] : folds(event));
}

const asFold = ({ collection, id, holds }: Premise): Fold => ({
	collection,
	id,
	next(now) {
		if (!holds(now)) throw new PremiseFailed(`${id} of ${collection.name} has changed`);
		return undefined;
	},
});
