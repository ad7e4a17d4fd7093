import type { IncomingMessage, ServerResponse } from "node:http";
import { PayloadTooLarge } from "#core/errors.ts";
import { ClientGone } from "./body.ts";
import { stepAside } from "./passes.ts";

/**
 * Reads a body as it arrives, no faster than it is consumed. If the consumer stops early, the rest is discarded and the
 * connection is closed after the response, since unread bytes would precede the next request.
 *
 * @throws {PayloadTooLarge} the Content-Length or the bytes received exceed the limit
 * @throws {ClientGone}
 */
export async function* streamBody(
	request: IncomingMessage,
	response: ServerResponse,
	maxBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
	let size = 0;
	let isWhole = false;
	const comeBack = stepAside(request);
	try {
		if (Number(request.headers["content-length"]) > maxBytes) throw new PayloadTooLarge(`${maxBytes} bytes`);
		for await (const chunk of chunksOf(request)) {
			size += chunk.length;
			if (size > maxBytes) throw new PayloadTooLarge(`${maxBytes} bytes`);
			yield chunk;
		}
		isWhole = true;
	} finally {
		comeBack();
		if (!isWhole) {
			if (!response.headersSent) response.setHeader("Connection", "close");
			// Closing a connection with unread bytes could lose the response on the way.
			request.resume();
		}
	}
}

/** Reading a request only fails when the client disconnects. */
async function* chunksOf(request: IncomingMessage): AsyncGenerator<Buffer, void, undefined> {
	try {
		yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
	} catch {
		throw new ClientGone();
	}
}
