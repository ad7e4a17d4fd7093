import type { ServerResponse } from "node:http";
import type { Federation } from "#core/federation/federation.ts";
import type { Secrets } from "#core/federation/provider-key.ts";
import type { Shadows } from "#core/federation/shadows.ts";
import type { FeedRequest } from "#core/feed/feed.ts";
import type { LiveEvent } from "#core/feed/live-event.ts";
import type { Place } from "#core/groups/place.ts";
import type { IdentityWorld } from "#core/identity/identity.ts";
import type { Principal } from "#core/identity/principal.ts";
import type { AccountId } from "#core/ids.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { OAuthDoor } from "./oauth/door.ts";
import type { Metrics } from "./operators/metrics.ts";

/** A rate: so many points in so many seconds. */
export interface Rate {
	readonly points: number;
	readonly seconds: number;
}

/** The classes of requests that have a limit of their own; the keys under `limits` of the configuration. */
export const limitNames = ["read", "post", "manage", "lookup", "auth", "stream", "inbox", "oauth", "register"] as const;
export type LimitName = (typeof limitNames)[number];

export type Limits = Readonly<Record<LimitName, Rate>> & {
	/** Multiplies every rate. */
	readonly scale: number;
	/** Of a JSON document that is sent to us. */
	readonly bodyBytes: number;
	readonly jsonDepth: number;
	readonly jsonNodes: number;
};

export interface Health {
	state(): "ready" | "recovering" | "draining";
}

/** What people and other servers are told of this instance. */
export interface Instance {
	readonly name: string;
	readonly description: string;
	/** A URI, or an address to which `mailto:` is put in front. */
	readonly contact: string;
	readonly version: string;
}

/** Takes over a response and writes live events to it (`src/realtime`). */
export interface EventStreams {
	/** @throws {NotFound} before anything is written */
	open(principal: Principal, request: FeedRequest, response: ServerResponse): Promise<void>;
	signal(place: Place, event: LiveEvent, from: AccountId): Promise<void>;
	/** Ends every stream with an id from which it can be resumed. */
	close(): void;
}

/** What the HTTP door is built from. */
export interface Services {
	readonly world: IdentityWorld;
	readonly bridges: readonly Bridge[];
	readonly shadows: Shadows;
	readonly events: EventStreams;
	readonly health: Health;
	readonly limits: Limits;
	readonly instance: Instance;
	readonly federation: Federation;
	readonly oauth: OAuthDoor;
	/** Keeps the provider's signing key. */
	readonly secrets: Secrets;
	readonly metrics: Metrics;
	/** True: `X-Forwarded-*` of the proxy in front is believed. */
	readonly behindProxy: boolean;
}
