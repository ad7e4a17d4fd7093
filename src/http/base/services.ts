import type { Readable } from "node:stream";
import type { Federation } from "#core/federation/federation.ts";
import type { Secrets } from "#core/federation/provider-key.ts";
import type { Shadows } from "#core/federation/shadows.ts";
import type { FeedRequest } from "#core/feed/feed.ts";
import type { Typing } from "#core/feed/typing.ts";
import type { IdentityContext } from "#core/identity/identity.ts";
import type { Principal } from "#core/identity/principal.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { Admission } from "./admission.ts";
import type { Limits } from "./limits.ts";
import type { Metrics, MetricsAccess } from "./metrics.ts";

export interface Health {
	state(): "ready" | "recovering" | "draining";
	/** Asks the store, at little cost, whether it can be read and written now. Answers within seconds: `undefined`, or the error. */
	storeTrouble(): Promise<unknown>;
	/** What the operator should know about the clock; `undefined` if it agrees with the log. */
	clockTrouble?(): Promise<string | undefined>;
}

/** Public information about this instance. */
export interface Instance {
	readonly name: string;
	readonly description: string;
	/** A URI, or an e-mail address, which is published with `mailto:`. */
	readonly contact: string;
	readonly version: string;
}

/** Live events (`src/realtime`). */
export interface EventStreams {
	/** Opens a stream of type `text/event-stream`; destroying it ends it. @throws {NotFound} */
	open(principal: Principal, request: FeedRequest): Promise<Readable>;
	/** Ends every stream with an event id from which the client can resume. */
	close(): void;
}

/** The dependencies of most doors. */
export interface Services {
	readonly context: IdentityContext;
	readonly bridges: readonly Bridge[];
	readonly shadows: Shadows;
	readonly events: EventStreams;
	readonly typing: Typing;
	readonly health: Health;
	readonly admission: Admission;
	readonly limits: Limits;
	readonly instance: Instance;
	readonly federation: Federation;
	/** Stores the provider's signing keys. */
	readonly secrets: Secrets;
	readonly metrics: Metrics;
	readonly metricsAccess: MetricsAccess;
	/** True if the `X-Forwarded-*` headers of a reverse proxy are trusted. */
	readonly behindProxy: boolean;
}
