import type { BridgeName } from "../ids.ts";

/**
 * Where deliveries for an account or a room go. `target` is opaque to the core: a shared inbox, a room id. Deliveries in the same
 * lane are made one after the other: `activitypub:remote.example`, `matrix:!room`.
 */
export interface Reach {
	readonly bridge: BridgeName;
	readonly target: string;
	readonly lane: string;
}
