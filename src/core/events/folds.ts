import type { Fold } from "../ports/store.ts";
import type { EventBodies, EventOf, EventType } from "./event.ts";

/** For each of an area's event types, the documents that it changes. */
export type FoldTable<Events extends Partial<EventBodies>> = {
	readonly [T in keyof Events & EventType]: (event: EventOf<T>) => readonly Fold[];
};
