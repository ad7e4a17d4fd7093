import type { Clock } from "../../clock.ts";
import type { HttpClient } from "../http-client.ts";
import type { Logger } from "../logger.ts";
import type { SocketClient } from "../socket.ts";
import type { Text } from "../text.ts";
import type { HostAbout } from "./about.ts";
import type { BridgeState } from "./bridge.ts";
import type { HostLimits } from "./limits.ts";
import type { HostMessages } from "./messages.ts";
import type { HostPeople } from "./people.ts";
import type { HostPortals } from "./portals.ts";
import type { Received, RemoteEvent } from "./remote-event.ts";
import type { BridgeStateStore } from "./state.ts";

/**
 * The core, as a bridge sees it: one part per need. A module of a bridge takes the parts that it uses
 * (`Pick<BridgeHost, "people">`), so that its signature says what it can touch.
 */
export interface BridgeHost {
	readonly about: HostAbout;
	readonly clock: Clock;
	readonly logger: Logger;
	readonly text: Text;
	readonly limits: HostLimits;

	readonly people: HostPeople;
	readonly messages: HostMessages;
	readonly portals: HostPortals;
	/** This bridge's own part of the store. Values are JSON. */
	readonly state: BridgeStateStore;
	/** The same, encrypted at rest: for private keys and tokens. */
	readonly secrets: BridgeStateStore;

	/** The way out by HTTP. */
	readonly http: HttpClient;
	/** The way out for networks that are not HTTP. */
	readonly socket: SocketClient;

	/**
	 * Accepts events of the other network, in this order. Resolves when what became of each is durable; acknowledge upstream
	 * only then. Never throws for what an event says.
	 *
	 * @throws {Unavailable} nothing can be stored now
	 */
	receive(events: readonly RemoteEvent[]): Promise<readonly Received[]>;
	/** Tells the operator how the connection to the other network is. */
	report(state: BridgeState): void;
}
