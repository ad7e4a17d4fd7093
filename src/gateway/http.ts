import { createFederation, type Federation } from "#core/federation/federation.ts";
import { principalOf } from "#core/federation/principals.ts";
import type { Secrets } from "#core/federation/provider-key.ts";
import type { Shadows } from "#core/federation/shadows.ts";
import { createFeed } from "#core/feed/feed.ts";
import { createTyping } from "#core/feed/typing.ts";
import type { IdentityContext } from "#core/identity/identity.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { Bus } from "#core/ports/bus.ts";
import type { HttpClient } from "#core/ports/http-client.ts";
import { type App, createApp } from "../http/app.ts";
import type { Admission } from "../http/base/admission.ts";
import type { Limits } from "../http/base/limits.ts";
import type { Metrics, MetricsAccess } from "../http/base/metrics.ts";
import type { Health, Instance } from "../http/base/services.ts";
import { createOAuthDoor } from "../http/oauth/door.ts";
import { createExpulsionEvent } from "../http/ofscp/expulsions.ts";
import { createLiveEvents, typingEvent } from "../http/ofscp/live-events.ts";
import { createEventStreams, type EventStreamOptions, type EventStreams } from "../realtime/sse.ts";

/** The parts that the HTTP server is built of. */
export interface HttpParts {
	readonly context: IdentityContext;
	readonly bus: Bus;
	readonly bridges: readonly Bridge[];
	readonly shadows: Shadows;
	/** Fetches the documents of other providers and of OAuth clients. */
	readonly http: HttpClient;
	/** Stores the signing key of the provider. */
	readonly secrets: Secrets;
	readonly health: Health;
	readonly admission: Admission;
	readonly metrics: Metrics;
	readonly metricsAccess: MetricsAccess;
	readonly limits: Limits;
	readonly instance: Instance;
	readonly streams: EventStreamOptions;
	/** Whether other providers on this machine are reached without TLS. */
	readonly insecureLocalhost: boolean;
	/** Whether the `X-Forwarded-*` headers of a reverse proxy are trusted. */
	readonly behindProxy: boolean;
}

/** The HTTP application and its event streams. */
export interface BuiltHttp extends App {
	readonly events: EventStreams;
	readonly federation: Federation;
	/** Releases the feed; to be called after the last request. */
	close(): void;
}

/** Builds the HTTP application. It does not listen yet. */
export function buildHttp({ bus, streams, http, insecureLocalhost, ...parts }: HttpParts): BuiltHttp {
	const { context, shadows, secrets, instance } = parts;
	const feed = createFeed({
		context,
		bus,
		principalOf: (credential) => principalOf(context, credential),
		render: createLiveEvents(context),
		renderOwn: createExpulsionEvent(context),
		onDisconnect: (account) => typing.disconnected(account),
	});
	const typing = createTyping(
		(place, account, state) =>
			feed.signal(place, typingEvent(place, account, state), account.id).catch((error: unknown) => {
				context.logger.warn({ err: error }, "Readers could not be told who is typing");
			}),
		(run, ms) => {
			const timer = setTimeout(run, ms).unref();
			return () => clearTimeout(timer);
		},
	);
	const events = createEventStreams(feed, streams);
	const federation = createFederation({ context, http, shadows, secrets, insecureLocalhost });
	const { app, gate } = createApp({
		...parts,
		events,
		typing,
		oauth: createOAuthDoor({ context, http, instance }),
		federation,
	});
	return {
		app,
		gate,
		events,
		federation,
		close() {
			typing.close();
			feed.close();
		},
	};
}
