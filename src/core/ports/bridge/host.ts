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
 * The core, as a bridge sees it. A module of a bridge takes only the parts that it uses (`Pick<BridgeHost, "people">`), so that its
 * signature shows what it can access.
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

	/** Outbound HTTP requests, guarded. */
	readonly http: HttpClient;
	/** Outbound TCP and TLS connections, guarded, for networks that do not use HTTP. */
	readonly socket: SocketClient;

	/**
	 * Receives events of the other network, in this order. Resolves with the outcome of each when that is durable; acknowledge
	 * them upstream only then. Never throws because of an event's content.
	 *
	 * @throws {Unavailable} nothing can be stored now
	 */
	receive(events: readonly RemoteEvent[]): Promise<readonly Received[]>;
	/**
	 * The host behind the lanes whose names begin like this answers again: what waits for it is tried now. Not needed for the lane of an
	 * event's sender.
	 */
	heardFrom(lanes: string): void;
	/** Reports the state of the connection to the other network to the operator. */
	report(state: BridgeState): void;
}
