import type { LogEvent } from "../ports/store.ts";

/**
 * Every type of event and its body. It is open: each area declares its own events beside the code that appends them,
 *
 * ```ts
 * declare module "./event.ts" {
 * 	interface EventBodies extends ReactionEvents {}
 * }
 * ```
 *
 * and from then on every total table over {@link EventType} (the folds, each consumer) has to say what the new type means to it.
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- each area adds its events by declaration merging
export interface EventBodies {}

export type EventType = keyof EventBodies;
export type EventOf<T extends EventType> = LogEvent<T, EventBodies[T]>;
/** Anything that has happened, a discriminated union over `type`. */
export type DomainEvent = { [T in EventType]: EventOf<T> }[EventType];
