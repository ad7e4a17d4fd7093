import type { BridgeName } from "../ids.ts";

/**
 * Where deliveries for a person or a room go. `target` is opaque to the core: a shared inbox, a room id. Deliveries with the same
 * lane are made one after the other: `activitypub:remote.example`, `matrix:!room`.
 */
export interface Reach {
	readonly bridge: BridgeName;
	readonly target: string;
	readonly lane: string;
}
