import type { Circle } from "../access/circle.ts";
import type { AccountId } from "../ids.ts";

/** Something to tell, written once for all who listen. */
export interface LiveEvent {
	/** `message.created` … */
	readonly name: string;
	/** JSON; the same string for everybody but those for whom something in it is different. */
	dataFor(reader: AccountId): string;
}

/** An event of a channel, and who may be told of it. */
export interface Told {
	readonly circle: Circle;
	readonly event: LiveEvent;
}

/** Where a reader's events go. Nothing here waits: what can't be taken in is the sink's to refuse, by closing the reader. */
export interface FeedSink {
	/** `token` resumes directly behind this event. */
	event(event: LiveEvent, token: string): void;
	/** What was asked to resume from is gone; these channels are to be read anew. */
	reset(channels: readonly string[], token: string): void;
	/** Nothing happened, but this token is newer. */
	checkpoint(token: string): void;
	/** Something that is not in the log (typing). */
	signal(event: LiveEvent): void;
	/** Resolves when older events can be taken in. */
	ready(): Promise<void>;
	/** The provider ends the stream: the credential was revoked, or something failed. */
	end(): void;
}
