import type { Bus } from "../ports/bus.ts";
import type { Appended, Draft, FoldsOf, Store } from "../ports/store.ts";
import type { EventBodies, EventOf, EventType } from "./event.ts";

/** A draft of one of our own events. */
export type DraftOf<T extends EventType> = Draft<T, EventBodies[T]>;
export type AppendedOf<T extends EventType> =
	| { readonly outcome: "appended"; readonly event: EventOf<T> }
	| Exclude<Appended, { outcome: "appended" }>;

/** The one way by which something comes to have happened. */
export interface Log {
	/** Resolves when the event is durable and can be read in every derived document. */
	append<T extends EventType>(draft: DraftOf<T>, options?: { readonly after?: number }): Promise<AppendedOf<T>>;
}

export interface LogParts {
	readonly store: Store;
	readonly bus: Bus;
	/** What every type of event changes in the derived documents. */
	readonly folds: FoldsOf;
	/** Called after a commit that leaves work to a consumer. */
	readonly onOwed: () => void;
}

export function createLog({ store, bus, folds, onOwed }: LogParts): Log {
	return {
		async append<T extends EventType>(draft: DraftOf<T>, options: { readonly after?: number } = {}) {
			const appended = await store.append(draft, { folds, ...options });
			if (appended.outcome === "appended") {
				bus.publish(appended.event.stream, appended.event.seq);
				if (appended.event.pending.length > 0) onOwed();
			}
			return appended as AppendedOf<T>;
		},
	};
}
