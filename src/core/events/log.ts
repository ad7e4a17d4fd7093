import type { Bus } from "../ports/bus.ts";
import type { Appended, Draft, FoldsOf, Store } from "../ports/store.ts";
import { type Marker, markers } from "./consumers.ts";
import type { EventBodies, EventOf, EventType } from "./event.ts";
import { createLogTimes } from "./log-times.ts";
import { guarded, type Premise, PremiseFailed } from "./premise.ts";

/** An event to be appended. Its pending markers follow from the consumers' tables. */
export type DraftOf<T extends EventType> = Omit<Draft<T, EventBodies[T]>, "pending"> & {
	/** Consumers that can skip this event although they handle its type. */
	readonly without?: readonly Marker[];
};
/** The outcome of an append of one type of event. */
export type AppendedOf<T extends EventType> =
	| { readonly outcome: "appended"; readonly event: EventOf<T> }
	| Extract<Appended, { outcome: "duplicate" }>
	/** Nothing was stored: the stream has moved, or a premise does not hold. The caller has to decide again. */
	| { readonly outcome: "moved" };

/** What an append depends on. */
export interface AppendOptions {
	/** The seq at which the stream must still be. */
	readonly after?: number;
	/** The states of documents that the event presumes. */
	readonly premises?: readonly Premise[];
}

/** Appends events. Anything that people see changes only in this way (design §3.1). */
export interface Log {
	/**
	 * Appends an event. Resolves when it is durable and folded into the derived documents. The outcome is `moved` if something that it
	 * depends on has changed, and `duplicate` for a repetition, even if its premises held only the first time.
	 */
	append<T extends EventType>(draft: DraftOf<T>, options?: AppendOptions): Promise<AppendedOf<T>>;
}

/** The dependencies of the log. */
export interface LogParts {
	readonly store: Store;
	readonly bus: Bus;
	/** The folds of every type of event. */
	readonly folds: FoldsOf;
	/** The table of each consumer. */
	readonly consumers: Readonly<Record<Marker, { readonly [T in EventType]: unknown }>>;
	/** Called after each commit of an event that is pending for these consumers. */
	readonly onOwed: (stream: string, consumers: readonly string[]) => void;
}

/** The log on a store, which publishes each appended event on the bus. */
export function createLog({ store, bus, folds, consumers, onOwed }: LogParts): Log {
	const times = createLogTimes(store);
	const byType = new Map<EventType, readonly Marker[]>();
	const pendingOf = (type: EventType): readonly Marker[] => {
		const known = byType.get(type) ?? markers.filter((marker) => consumers[marker][type] !== "stays");
		byType.set(type, known);
		return known;
	};
	return {
		async append<T extends EventType>(
			{ without = [], ...draft }: DraftOf<T>,
			{ premises = [], ...options }: AppendOptions = {},
		): Promise<AppendedOf<T>> {
			const all = pendingOf(draft.type);
			const pending = without.length === 0 ? all : all.filter((marker) => !without.includes(marker));
			const appended = await store
				.append({ ...draft, pending }, { folds: guarded(folds, draft.body, premises), ...options })
				.catch(movedIfPremiseFailed);
			if (appended.outcome === "appended") {
				const { stream, seq, at } = appended.event;
				bus.publish(stream, seq);
				if (pending.length > 0) onOwed(stream, pending);
				await times.note(at);
			}
			return appended as AppendedOf<T>;
		},
	};
}

function movedIfPremiseFailed(error: unknown): { readonly outcome: "moved" } {
	if (error instanceof PremiseFailed) return { outcome: "moved" };
	throw error;
}
