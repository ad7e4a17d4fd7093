import type { Bus } from "../ports/bus.ts";
import type { Appended, Draft, Store } from "../ports/store.ts";
import type { Bodies, EventOf, EventType } from "./domain-event.ts";
import { foldsOf } from "./folds.ts";

/** A draft of one of our own events. */
export type DraftOf<T extends EventType> = Draft<T, Bodies[T]>;
export type AppendedOf<T extends EventType> =
	| { readonly outcome: "appended"; readonly event: EventOf<T> }
	| Exclude<Appended, { outcome: "appended" }>;

/** The one way by which something comes to have happened. */
export interface Log {
	/** Resolves when the event is durable and can be read in every derived document. */
	append<T extends EventType>(draft: DraftOf<T>, options?: { readonly after?: number }): Promise<AppendedOf<T>>;
}

/**
 * @param onOwed called after a commit that leaves something to be done by a consumer
 */
export function createLog({ store, bus, onOwed }: { store: Store; bus: Bus; onOwed: () => void }): Log {
	return {
		async append<T extends EventType>(draft: DraftOf<T>, options: { readonly after?: number } = {}) {
			const appended = await store.append(draft, { folds: foldsOf, ...options });
			if (appended.outcome === "appended") {
				bus.publish(appended.event.stream, appended.event.seq);
				if (appended.event.pending.length > 0) onOwed();
			}
			return appended as AppendedOf<T>;
		},
	};
}

/** The consumer that carries events to other networks. */
export const bridgeConsumer = "bridge";
