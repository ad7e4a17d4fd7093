import type { IncomingMessage, ServerResponse } from "node:http";
import { PayloadTooLarge } from "#core/errors.ts";
import { ClientGone } from "./body.ts";

/**
 * Reads a body as it arrives, no faster than it is consumed. If the consumer stops early, the rest is discarded and the
 * connection ends with the answer, since the next request would begin behind it.
 *
 * @throws {PayloadTooLarge} the announced length is beyond the cap, or that many bytes have come
 * @throws {ClientGone}
 */
export async function* streamBody(
	request: IncomingMessage,
	response: ServerResponse,
	maxBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
	let size = 0;
	let isWhole = false;
	try {
		if (Number(request.headers["content-length"]) > maxBytes) throw new PayloadTooLarge(`${maxBytes} bytes`);
		for await (const chunk of chunksOf(request)) {
			size += chunk.length;
			if (size > maxBytes) throw new PayloadTooLarge(`${maxBytes} bytes`);
			yield chunk;
		}
		isWhole = true;
	} finally {
		if (!isWhole) {
			if (!response.headersSent) response.setHeader("Connection", "close");
			// An answer on a connection that is closed with bytes unread would be lost on the way.
			request.resume();
		}
	}
}

/** What ends the reading of a request is that its sender went away. */
async function* chunksOf(request: IncomingMessage): AsyncGenerator<Buffer, void, undefined> {
	try {
		yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
	} catch {
		throw new ClientGone();
	}
}
