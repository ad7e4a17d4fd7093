import type { Bus } from "../ports/bus.ts";
import type { Appended, Draft, FoldsOf, Store } from "../ports/store.ts";
import { type Marker, markers } from "./consumers.ts";
import type { EventBodies, EventOf, EventType } from "./event.ts";

/** A draft of one of our own events. */
export type DraftOf<T extends EventType> = Omit<Draft<T, EventBodies[T]>, "pending"> & {
	/** Consumers that have nothing to do for this one event, though they do for its type. */
	readonly without?: readonly Marker[];
};
export type AppendedOf<T extends EventType> =
	| { readonly outcome: "appended"; readonly event: EventOf<T> }
	| Exclude<Appended, { outcome: "appended" }>;

/** The one way to make something happen. */
export interface Log {
	/** Resolves when the event is durable and can be read in every derived document. */
	append<T extends EventType>(draft: DraftOf<T>, options?: { readonly after?: number }): Promise<AppendedOf<T>>;
}

export interface LogParts {
	readonly store: Store;
	readonly bus: Bus;
	/** What every type of event changes in the derived documents. */
	readonly folds: FoldsOf;
	/** What every type of event means to each consumer. */
	readonly consumers: Readonly<Record<Marker, { readonly [T in EventType]: unknown }>>;
	/** Called after a commit that leaves work to these consumers. */
	readonly onOwed: (stream: string, consumers: readonly string[]) => void;
}

export function createLog({ store, bus, folds, consumers, onOwed }: LogParts): Log {
	const byType = new Map<EventType, readonly Marker[]>();
	const pendingOf = (type: EventType): readonly Marker[] => {
		const known = byType.get(type) ?? markers.filter((marker) => consumers[marker][type] !== "stays");
		byType.set(type, known);
		return known;
	};
	return {
		async append<T extends EventType>(
			{ without = [], ...draft }: DraftOf<T>,
			options: { readonly after?: number } = {},
		) {
			const all = pendingOf(draft.type);
			const pending = without.length === 0 ? all : all.filter((marker) => !without.includes(marker));
			const appended = await store.append({ ...draft, pending }, { folds, ...options });
			if (appended.outcome === "appended") {
				const { stream, seq } = appended.event;
				bus.publish(stream, seq);
				if (pending.length > 0) onOwed(stream, pending);
			}
			return appended as AppendedOf<T>;
		},
	};
}
