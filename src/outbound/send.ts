import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { OutboundFailure, type OutboundRequest } from "#core/ports/http-client.ts";
import { toFailure } from "./failure.ts";
import type { PoolSlot } from "./pools.ts";

/** One request and its answer, on its way. */
export interface Run extends Dispatcher.DispatchHandler {
	/** Gives up: the caller is told at once, the socket is ended. Nothing once it is over. */
	fail(failure: OutboundFailure): void;
}

/**
 * Gives up a run when its time is over or its signal says so. The caller calls what comes back, once, when the run is over;
 * until then it counts as a user of its host's sockets.
 */
export function watch(run: Run, signal: AbortSignal | undefined, slot: PoolSlot, timeoutMs: number): () => void {
	const timer = setTimeout(expire, timeoutMs, run);
	const abort = (): void =>
		run.fail(new OutboundFailure("network", "The request was given up", { cause: signal?.reason }));
	signal?.addEventListener("abort", abort, { once: true });
	slot.inFlight++;
	return () => {
		clearTimeout(timer);
		signal?.removeEventListener("abort", abort);
		slot.inFlight--;
	};
}

function expire(run: Run): void {
	run.fail(new OutboundFailure("timeout", "The answer did not come in time"));
}

/** Hands a request to its host's sockets. What goes wrong is told to `run`. */
export function send(request: OutboundRequest, slot: PoolSlot, userAgent: string, run: Run): void {
	const { method, url, headers, body = null, signal } = request;
	if (signal?.aborted)
		return run.fail(new OutboundFailure("network", "The request was given up", { cause: signal.reason }));
	try {
		slot.pool.dispatch(
			{
				method,
				path: url.pathname + url.search,
				headers: headerList(headers, userAgent),
				body: isStream(body) ? readable(body) : body,
			},
			run,
		);
	} catch (error) {
		run.fail(toFailure(error));
	}
}

type Body = OutboundRequest["body"] | null;

export const isStream = (body: Body): body is AsyncIterable<Uint8Array> =>
	typeof body === "object" && body !== null && Symbol.asyncIterator in body;

const readable = (body: AsyncIterable<Uint8Array>): Readable =>
	body instanceof Readable ? body : Readable.from(body, { objectMode: false });

/** Lets go of a body that was not sent, or not to its end. */
export function closeBody(body: Body): void {
	if (!isStream(body)) return;
	if (body instanceof Readable) body.destroy();
	else
		body[Symbol.asyncIterator]()
			.return?.()
			.catch(() => {});
}

/** Flat, as undici takes it fastest. `host` is left out: it follows from the URL, and TLS would check the certificate against it. */
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
