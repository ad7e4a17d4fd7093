import { Readable } from "node:stream";
import type { Feed, FeedRequest } from "#core/feed/feed.ts";
import type { FeedReader } from "#core/feed/feed-reader.ts";
import type { FeedSink, LiveEvent } from "#core/feed/live-event.ts";
import type { Place } from "#core/groups/place.ts";
import type { Principal } from "#core/identity/principal.ts";
import type { AccountId } from "#core/ids.ts";

export interface EventStreamOptions {
	/** How often an idle stream shows that it is alive, and is asked whether its token still holds. */
	readonly heartbeatSeconds: number;
	/** How long a client waits before it comes again. */
	readonly retryMs?: number;
	/** What is kept for a reader who does not read; then the stream is cut, to be resumed. */
	readonly maxBufferedBytes?: number;
}

export interface EventStreams {
	/** A stream of type `text/event-stream` that ends when it is destroyed. @throws {NotFound} */
	open(principal: Principal, request: FeedRequest): Promise<Readable>;
	signal(place: Place, event: LiveEvent, from: AccountId): Promise<void>;
	/** How many streams are open. */
	readonly size: number;
	close(): void;
}

/** How much of what was missed is buffered before the reader has to have read it. */
const replayBytes = 64 * 1024;
/** How long a reader may take for that, in milliseconds. */
const replayPatienceMs = 30_000;

/** Server-Sent Events (OFSCP §6.4): the feed, written as streams. */
export function createEventStreams(
	feed: Feed,
	{ heartbeatSeconds, retryMs = 2000, maxBufferedBytes = 1024 * 1024 }: EventStreamOptions,
): EventStreams {
	const open = new Set<EventStream>();

	function sinkOf(stream: EventStream): FeedSink {
		const account = stream.reader.principal.account.id;
		// Only what was buffered before counts: one long article is no reason to cut a stream.
		const write = (text: string): void => {
			if (stream.destroyed || stream.hasEnded) return;
			if (stream.readableLength > maxBufferedBytes) stream.destroy();
			else stream.push(text);
		};
		return {
			event: (event, token) => write(`event: ${event.name}\ndata: ${event.dataFor(account)}\nid: ${token}\n\n`),
			reset: (channels, token) => write(`event: reset\ndata: ${JSON.stringify({ channels })}\nid: ${token}\n\n`),
			// Without data nothing is dispatched, but the id is remembered.
			checkpoint: (token) => write(`id: ${token}\n\n`),
			signal: (event) => write(`event: ${event.name}\ndata: ${event.dataFor(account)}\n\n`),
			ready: () => stream.drained(),
			end() {
				open.delete(stream);
				// The last id: nothing between the last event and the end is told twice.
				if (stream.reader.token !== "") write(`id: ${stream.reader.token}\n\n`);
				stream.end();
			},
		};
	}

	const heart = setInterval(() => {
		for (const stream of open) {
			if (stream.readableLength > maxBufferedBytes) stream.destroy();
			else stream.push(":\n\n");
			stream.reader.check().catch(() => stream.reader.cut());
		}
	}, heartbeatSeconds * 1000).unref();

	return {
		get size() {
			return open.size;
		},
		async open(principal, request) {
			const stream = new EventStream(await feed.open(principal, request), () => open.delete(stream));
			open.add(stream);
			stream.push(`retry: ${retryMs}\n\n`);
			void stream.reader.run(sinkOf(stream));
			return stream;
		},
		signal: (place, event, from) => feed.signal(place, event, from),
		close() {
			clearInterval(heart);
			for (const { reader } of open) reader.cut();
		},
	};
}

/** The stream of one reader. What is pushed is buffered until it is read. */
class EventStream extends Readable {
	readonly reader: FeedReader;
	readonly #onClose: () => void;
	#hasEnded = false;
	#waiting: PromiseWithResolvers<void> | undefined;

	constructor(reader: FeedReader, onClose: () => void) {
		super({ highWaterMark: replayBytes });
		this.reader = reader;
		this.#onClose = onClose;
	}

	get hasEnded(): boolean {
		return this.#hasEnded;
	}

	end(): void {
		if (this.#hasEnded || this.destroyed) return;
		this.#hasEnded = true;
		this.push(null);
	}

	/** Resolves when most of what was pushed has been read. Rejects when the reader has gone or takes too long. */
	async drained(): Promise<void> {
		if (this.destroyed) throw new Error("The reader has gone");
		if (this.readableLength <= replayBytes) return;
		this.#waiting ??= Promise.withResolvers();
		const patience = setTimeout(() => this.destroy(), replayPatienceMs);
		await this.#waiting.promise.finally(() => clearTimeout(patience));
	}

	/** Less than `replayBytes` are left. */
	override _read(): void {
		this.#waiting?.resolve();
		this.#waiting = undefined;
	}

	override _destroy(error: Error | null, done: (error: Error | null) => void): void {
		this.#waiting?.reject(new Error("The reader has gone"));
		this.#waiting = undefined;
		this.#onClose();
		this.reader.close();
		done(error);
	}
}
