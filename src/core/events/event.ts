import type { LogEvent } from "../ports/store.ts";

/**
 * Every type of event and its body. Each area adds its own events, beside the code that appends them, by declaration merging:
 *
 * ```ts
 * declare module "./event.ts" {
 * 	interface EventBodies extends ReactionEvents {}
 * }
 * ```
 *
 * From then on every total table over {@link EventType} (the folds, each consumer) needs an entry for the new type.
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- each area adds its events by declaration merging
export interface EventBodies {}

/** The name of a type of event: `message.posted`. */
export type EventType = keyof EventBodies;
/** An event of one type, as the log stores it. */
export type EventOf<T extends EventType> = LogEvent<T, EventBodies[T]>;
/** An event of any type, discriminated by `type`. */
export type DomainEvent = { [T in EventType]: EventOf<T> }[EventType];
