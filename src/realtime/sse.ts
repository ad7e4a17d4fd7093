import { Readable } from "node:stream";
import type { Feed, FeedRequest } from "#core/feed/feed.ts";
import type { FeedReader } from "#core/feed/feed-reader.ts";
import type { FeedSink } from "#core/feed/live-event.ts";
import type { Principal } from "#core/identity/principal.ts";
import { startHeartbeats } from "./heartbeats.ts";
import { countStreams } from "./stream-limits.ts";
import { limitUnreadBytes } from "./unread-bytes.ts";

export interface EventStreamOptions {
	/** How often a heartbeat is written and the stream's token is checked again. */
	readonly heartbeatSeconds: number;
	/** How long a client waits before it reconnects. */
	readonly retryMs?: number;
	/** How much is buffered for a reader that does not read; beyond that the stream is closed and can be resumed. */
	readonly maxBufferedBytes?: number;
	/** How much is buffered for all readers together; beyond that, the streams for which most is buffered are closed. */
	readonly maxBufferedInAll: number;
	/** How many streams an account may have open. */
	readonly perAccount: number;
	/** How many streams may be open in all. */
	readonly inAll: number;
}

export interface EventStreams {
	/**
	 * A stream of type `text/event-stream` that ends when it is destroyed.
	 *
	 * @throws {NotFound}
	 * @throws {TooManyRequests} `too_many_streams`
	 * @throws {Unavailable} as many streams are open as may be
	 */
	open(principal: Principal, request: FeedRequest): Promise<Readable>;
	/** How many streams are open. */
	readonly size: number;
	close(): void;
}

/** How many bytes of missed events are buffered before the replay waits for the reader. */
const replayBytes = 64 * 1024;
/** How long the replay waits for the reader, in milliseconds. */
const replayTimeoutMs = 30_000;

/** Server-Sent Events (OFSCP §6.4): the feed, written as streams. */
export function createEventStreams(feed: Feed, options: EventStreamOptions): EventStreams {
	const { heartbeatSeconds, retryMs = 2000, maxBufferedBytes = 1024 * 1024 } = options;
	const open = new Set<EventStream>();
	const count = countStreams(options.perAccount, options.inAll);
	const buffered = limitUnreadBytes(options.maxBufferedInAll);

	function sinkOf(stream: EventStream): FeedSink {
		const account = stream.reader.principal.account.id;
		// Only what is buffered already counts, so that a single long article never closes a stream.
		const write = (text: string): void => {
			if (stream.destroyed || stream.hasEnded) return;
			if (stream.unread > maxBufferedBytes) return stream.cut();
			stream.push(text);
			if (stream.unread > 0) buffered.grown(stream);
		};
		return {
			event: (event, token) => write(`event: ${event.name}\ndata: ${event.dataFor(account)}\nid: ${token}\n\n`),
			reset: (channels, token) => write(`event: reset\ndata: ${JSON.stringify({ channels })}\nid: ${token}\n\n`),
			// Without data a client dispatches nothing, but remembers the id.
			checkpoint: (token) => write(`id: ${token}\n\n`),
			signal: (event) => write(`event: ${event.name}\ndata: ${event.dataFor(account)}\n\n`),
			ready: () => stream.drained(),
			end() {
				open.delete(stream);
				heartbeats.delete(stream);
				// The last id, so that resuming repeats nothing.
				if (stream.reader.token !== "") write(`id: ${stream.reader.token}\n\n`);
				stream.end();
			},
		};
	}

	const heartbeats = startHeartbeats<EventStream>(heartbeatSeconds * 1000, (stream) => {
		if (stream.unread > maxBufferedBytes) stream.cut();
		else stream.push(":\n\n");
		stream.reader.check().catch(() => stream.reader.cut());
	});

	function add(stream: EventStream): void {
		open.add(stream);
		heartbeats.add(stream);
	}
	function remove(stream: EventStream): void {
		open.delete(stream);
		heartbeats.delete(stream);
		buffered.delete(stream);
	}

	return {
		get size() {
			return open.size;
		},
		async open(principal, request) {
			const leave = count.enter(principal.account.id);
			const reader = await feed.open(principal, request).catch((error: unknown) => {
				leave();
				throw error;
			});
			const stream = new EventStream(reader, () => {
				leave();
				remove(stream);
			});
			add(stream);
			stream.push(`retry: ${retryMs}\n\n`);
			void stream.reader.run(sinkOf(stream));
			return stream;
		},
		close() {
			heartbeats.close();
			for (const { reader } of open) reader.cut();
		},
	};
}

/** The stream of one reader. Pushed text is buffered until it is read. */
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

	/** How much waits to be read, in bytes. */
	get unread(): number {
		return this.readableLength;
	}

	/** Drops what waits, and closes the connection; the client can resume. */
	cut(): void {
		this.destroy();
	}

	get hasEnded(): boolean {
		return this.#hasEnded;
	}

	end(): void {
		if (this.#hasEnded || this.destroyed) return;
		this.#hasEnded = true;
		this.push(null);
	}

	/** Resolves when at most `replayBytes` are unread. Rejects when the reader has disconnected or takes too long. */
	async drained(): Promise<void> {
		if (this.destroyed) throw new Error("The reader has disconnected");
		if (this.readableLength <= replayBytes) return;
		this.#waiting ??= Promise.withResolvers();
		const timer = setTimeout(() => this.destroy(), replayTimeoutMs);
		await this.#waiting.promise.finally(() => clearTimeout(timer));
	}

	/** Called when fewer than `replayBytes` are left. */
	override _read(): void {
		this.#waiting?.resolve();
		this.#waiting = undefined;
	}

	override _destroy(error: Error | null, done: (error: Error | null) => void): void {
		this.#waiting?.reject(new Error("The reader has disconnected"));
		this.#waiting = undefined;
		this.#onClose();
		this.reader.close();
		done(error);
	}
}
