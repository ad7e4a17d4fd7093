import { accountFolds } from "../accounts/folds.ts";
import { portalFolds } from "../bridging/portals/folds.ts";
import { groupFolds } from "../groups/folds.ts";
import { membershipFolds } from "../groups/membership-folds.ts";
import { messageFolds } from "../messages/folds.ts";
import type { Fold, FoldsOf } from "../ports/store.ts";
import { reactionFolds } from "../reactions/folds.ts";
import type { Bodies, EventOf, EventType } from "./domain-event.ts";

/** For each of an area's event types, the documents that it changes. */
export type FoldTable<Events extends Partial<Bodies>> = {
	readonly [T in keyof Events & EventType]: (event: EventOf<T>) => readonly Fold[];
};

const table: FoldTable<Bodies> = {
	...accountFolds,
	...groupFolds,
	...membershipFolds,
	...messageFolds,
	...reactionFolds,
	...portalFolds,
};

/** The folds of an event; none for a type that this version does not know. */
export const foldsOf: FoldsOf = (event) => {
	const folds = (table as Readonly<Record<string, ((event: never) => readonly Fold[]) | undefined>>)[event.type];
	return folds === undefined ? [] : folds(event as never);
};
