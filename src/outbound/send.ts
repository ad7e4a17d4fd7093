import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { OutboundFailure, type OutboundRequest } from "#core/ports/http-client.ts";
import { toFailure } from "./failure.ts";
import type { PoolSlot } from "./pools.ts";

/** One request in flight and its response. */
export interface RunningExchange extends Dispatcher.DispatchHandler {
	/** Rejects the caller's promise at once and closes the socket. Does nothing once the exchange has settled. */
	fail(failure: OutboundFailure): void;
	/** Called when the exchange gets a socket. */
	onStart: () => void;
}

/** How many times its time limit a request waits for a socket at most, while the host answers others. */
const maxWaits = 3;

/**
 * Fails an exchange when its time limit has passed or its signal aborts. The limit counts from when the exchange gets a socket: a wait
 * behind our other requests to a host that answers them is not the host's time-out. The caller must call the returned function once, when
 * the exchange is over; until then the exchange counts as a user of its host's sockets.
 */
export function watch(
	exchange: RunningExchange,
	signal: AbortSignal | undefined,
	slot: PoolSlot,
	timeoutMs: number,
): () => void {
	let hasStarted = false;
	let waits = 0;
	const expire = (): void => {
		const isAnswering = (slot.answeredAt ?? Number.NEGATIVE_INFINITY) > performance.now() - timeoutMs;
		if (hasStarted || !isAnswering) return exchange.fail(new OutboundFailure("timeout", "The response timed out"));
		if (++waits >= maxWaits) return exchange.fail(new OutboundFailure("busy", "Too many requests wait for this host"));
		timer.refresh();
	};
	const timer = setTimeout(expire, timeoutMs);
	exchange.onStart = () => {
		hasStarted = true;
		timer.refresh();
	};
	const abort = (): void =>
		exchange.fail(new OutboundFailure("network", "The request was aborted", { cause: signal?.reason }));
	signal?.addEventListener("abort", abort, { once: true });
	slot.inFlight++;
	return () => {
		clearTimeout(timer);
		signal?.removeEventListener("abort", abort);
		slot.inFlight--;
	};
}

/** Dispatches a request to its host's sockets. Failures are reported to `exchange`. */
export function send(request: OutboundRequest, slot: PoolSlot, userAgent: string, exchange: RunningExchange): void {
	const { method, url, headers, body = null, signal } = request;
	if (signal?.aborted)
		return exchange.fail(new OutboundFailure("network", "The request was aborted", { cause: signal.reason }));
	try {
		slot.pool.dispatch(
			{
				method,
				path: url.pathname + url.search,
				headers: headerList(headers, userAgent),
				body: isStream(body) ? readable(body) : body,
			},
			exchange,
		);
	} catch (error) {
		exchange.fail(toFailure(error));
	}
}

type Body = OutboundRequest["body"] | null;

export const isStream = (body: Body): body is AsyncIterable<Uint8Array> =>
	typeof body === "object" && body !== null && Symbol.asyncIterator in body;

const readable = (body: AsyncIterable<Uint8Array>): Readable =>
	body instanceof Readable ? body : Readable.from(body, { objectMode: false });

/** Closes a streamed body that was not sent, or not completely. */
export function closeBody(body: Body): void {
	if (!isStream(body)) return;
	if (body instanceof Readable) body.destroy();
	else
		body[Symbol.asyncIterator]()
			.return?.()
			.catch(() => {});
}

/** A flat list, which is fastest in undici. `host` is omitted: it follows from the URL, and TLS would check the certificate against it. */
function headerList(headers: Readonly<Record<string, string>>, userAgent: string): string[] {
	const list: string[] = [];
	let hasAgent = false;
	let hasCoding = false;
	for (const name in headers) {
		const value = headers[name];
		const lower = name.toLowerCase();
		if (value === undefined || lower === "host") continue;
		hasAgent ||= lower === "user-agent";
		hasCoding ||= lower === "accept-encoding";
		list.push(lower, value);
	}
	if (!hasAgent) list.push("user-agent", userAgent);
	if (!hasCoding) list.push("accept-encoding", "identity");
	return list;
}
