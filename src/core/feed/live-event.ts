import type { Circle } from "../access/circle.ts";
import type { AccountId } from "../ids.ts";

/** A live event, rendered once for all readers. */
export interface LiveEvent {
	/** `message.created` … */
	readonly name: string;
	/** The JSON for a reader; the same string for all readers, except those for whom a field differs. */
	dataFor(reader: AccountId): string;
}

/** An event of a channel, and who may receive it. */
export interface EventWithCircle {
	readonly circle: Circle;
	readonly event: LiveEvent;
}

/** The output of a reader. Only `ready` waits: a sink that can't keep up has to close the reader. */
export interface FeedSink {
	/** Writes an event. `token` resumes directly after it. */
	event(event: LiveEvent, token: string): void;
	/** The resume token is no longer valid, so the client has to reload these channels. */
	reset(channels: readonly string[], token: string): void;
	/** Writes a newer token without an event. */
	checkpoint(token: string): void;
	/** Writes an event that is not in the log (typing). */
	signal(event: LiveEvent): void;
	/** Resolves when the sink can accept missed events. */
	ready(): Promise<void>;
	/** The provider ends the stream, because the credential was revoked or an error occurred. */
	end(): void;
}
