import type { Fold } from "../ports/store.ts";
import type { EventBodies, EventOf, EventType } from "./event.ts";

/** The folds of an area: for each of its event types, the documents that such an event changes. */
export type FoldTable<Events extends Partial<EventBodies>> = {
	readonly [T in keyof Events & EventType]: (event: EventOf<T>) => readonly Fold[];
};
