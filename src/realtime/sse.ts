import type { ServerResponse } from "node:http";
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
	open(principal: Principal, request: FeedRequest, response: ServerResponse): Promise<void>;
	signal(place: Place, event: LiveEvent, from: AccountId): Promise<void>;
	/** How many streams are open. */
	readonly size: number;
	close(): void;
}

/** How much of what was missed is written before the reader has to have taken it. */
const replayBytes = 64 * 1024;
/** How long a reader may take for that, in milliseconds. */
const replayPatienceMs = 30_000;

/** Server-Sent Events (OFSCP §6.4): the feed, written to HTTP responses. */
export function createEventStreams(
	feed: Feed,
	{ heartbeatSeconds, retryMs = 2000, maxBufferedBytes = 1024 * 1024 }: EventStreamOptions,
): EventStreams {
	const open = new Map<ServerResponse, FeedReader>();

	function end(response: ServerResponse, reader: FeedReader): void {
		open.delete(response);
		// The last id: nothing between the last event and the end is told twice.
		if (response.headersSent && !response.writableEnded)
			response.end(reader.token === "" ? "" : `id: ${reader.token}\n\n`);
	}

	function sinkOf(response: ServerResponse, reader: FeedReader): FeedSink {
		const account = reader.principal.account.id;
		// What waits already decides, not what comes on top: one long article is no reason to cut anybody.
		const write = (text: string): void => {
			if (response.writableEnded || response.destroyed) return;
			if (response.writableLength > maxBufferedBytes) response.destroy();
			else response.write(text);
		};
		return {
			event: (event, token) => write(`event: ${event.name}\ndata: ${event.dataFor(account)}\nid: ${token}\n\n`),
			reset: (channels, token) => write(`event: reset\ndata: ${JSON.stringify({ channels })}\nid: ${token}\n\n`),
			// Without data nothing is dispatched, but the id is remembered.
			checkpoint: (token) => write(`id: ${token}\n\n`),
			signal: (event) => write(`event: ${event.name}\ndata: ${event.dataFor(account)}\n\n`),
			ready: () => drained(response),
			end: () => end(response, reader),
		};
	}

	const heart = setInterval(() => {
		for (const [response, reader] of open) {
			response.write(":\n\n");
			if (response.writableLength > maxBufferedBytes) response.destroy();
			reader.check().catch(() => reader.cut());
		}
	}, heartbeatSeconds * 1000).unref();

	return {
		get size() {
			return open.size;
		},
		async open(principal, request, response) {
			const reader = await feed.open(principal, request);
			if (response.destroyed) {
				reader.close();
				return;
			}
			open.set(response, reader);
			response.once("close", () => {
				open.delete(response);
				reader.close();
			});
			response.writeHead(200, {
				"Content-Type": "text/event-stream",
				"Cache-Control": "no-cache, no-transform",
				"X-Accel-Buffering": "no",
			});
			response.socket?.setNoDelay(true);
			response.write(`retry: ${retryMs}\n\n`);
			void reader.run(sinkOf(response, reader));
		},
		signal: (place, event, from) => feed.signal(place, event, from),
		close() {
			clearInterval(heart);
			for (const reader of open.values()) reader.cut();
		},
	};
}

/** Resolves when the reader has taken most of what was written. Rejects when it is gone or takes too long. */
function drained(response: ServerResponse): Promise<void> {
	if (response.destroyed) return Promise.reject(new Error("The reader is gone"));
	if (response.writableLength <= replayBytes) return Promise.resolve();
	return new Promise((resolve, reject) => {
		const settle = (done: () => void) => (): void => {
			clearTimeout(timer);
			response.off("drain", ok).off("close", gone);
			done();
		};
		const ok = settle(resolve);
		const gone = settle(() => reject(new Error("The reader is gone")));
		const timer = setTimeout(() => {
			gone();
			response.destroy();
		}, replayPatienceMs);
		response.once("drain", ok).once("close", gone);
	});
}
