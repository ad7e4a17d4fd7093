import type { IncomingMessage, ServerResponse } from "node:http";
import type { Refusal } from "./door.ts";
import { retryAfterSeconds } from "./overloaded.ts";

/** A body up to this size, in bytes, is read and discarded, so that the connection can be used again. */
const discardedBytes = 64 * 1024;
/** How long a larger body is discarded, in milliseconds: closing a connection with unread bytes could lose the response on the way. */
const lingerMs = 2000;

/** Answers a request with 503 before its body is read, at as little expense as possible. */
export function turnAway(request: IncomingMessage, response: ServerResponse, { type, body }: Refusal): void {
	const headers = [
		"Content-Type",
		type,
		"Content-Length",
		String(Buffer.byteLength(body)),
		"Retry-After",
		String(retryAfterSeconds),
		"Cache-Control",
		"no-store",
		"X-Content-Type-Options",
		"nosniff",
		"Access-Control-Allow-Origin",
		"*",
		"Access-Control-Expose-Headers",
		"Retry-After",
	];
	if (!hasLargeBody(request)) {
		response.writeHead(503, headers);
		response.end(body);
		return;
	}
	response.writeHead(503, [...headers, "Connection", "close"]);
	// By its length, the client knows that this is the whole response; the connection stays open for the rest of the body.
	response.write(body);
	const close = (): void => {
		clearTimeout(timer);
		response.end();
	};
	const timer = setTimeout(close, lingerMs);
	request.once("end", close).once("error", close).resume();
}

function hasLargeBody({ headers, complete }: IncomingMessage): boolean {
	// The client waits for permission to send the body, and won't get it.
	if (headers.expect !== undefined) return false;
	if (headers["transfer-encoding"] !== undefined) return !complete;
	return Number(headers["content-length"] ?? 0) > discardedBytes;
}
