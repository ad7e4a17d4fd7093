import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";

/** A client that takes nothing of what waits for it is given up after this time, in milliseconds. */
const patienceMs = 60_000;

export interface StreamedBody {
	readonly body: AsyncIterable<Uint8Array>;
	/** In bytes; absent: sent in chunks. */
	readonly length?: number;
}

/**
 * Writes a body as it comes, no faster than the client takes it, and ends its source when the client goes away. The headers
 * are sent with the first piece: what fails before it can still be answered properly. What fails later, or is not as long as
 * announced, cuts the connection, so that the client does not take what it has for the whole.
 *
 * @throws what the source failed with
 */
export async function writeStream(response: ServerResponse, { body, length }: StreamedBody): Promise<void> {
	quieten(body);
	const gone = (): void => closeStream(body);
	response.once("close", gone);
	let size = 0;
	const begin = (): void => {
		if (length !== undefined && !response.headersSent) response.setHeader("Content-Length", length);
	};
	try {
		for await (const chunk of body) {
			if (response.destroyed) return;
			size += chunk.length;
			if (length !== undefined && size > length) throw new Error(`A body is longer than the ${length} bytes announced`);
			begin();
			if (!response.write(chunk)) await drained(response);
		}
		if (response.destroyed) return;
		if (length !== undefined && size < length)
			throw new Error(`A body has ${size} bytes instead of the ${length} announced`);
		begin();
		response.end();
	} catch (error) {
		// When the client has gone, its source was ended for it.
		if (response.destroyed) return;
		if (response.headersSent) response.destroy();
		throw error;
	} finally {
		response.off("close", gone);
	}
}

/** Answers a HEAD: the length, where it is known, and nothing of the body. */
export function writeHead(response: ServerResponse, { body, length }: StreamedBody): void {
	quieten(body);
	closeStream(body);
	if (length !== undefined) response.setHeader("Content-Length", length);
	response.end();
}

/** What a stream fails with is told to its reader; without one it would end the program. */
function quieten(body: AsyncIterable<Uint8Array>): void {
	if (body instanceof Readable) body.on("error", () => {});
}

/** Ends a source that will not be read. */
function closeStream(body: AsyncIterable<Uint8Array>): void {
	if (body instanceof Readable) body.destroy();
	else
		body[Symbol.asyncIterator]()
			.return?.()
			.catch(() => {});
}

/** Resolves when the client has taken what was written, or is gone. */
function drained(response: ServerResponse): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(() => response.destroy(), patienceMs);
		const done = (): void => {
			clearTimeout(timer);
			response.off("drain", done).off("close", done);
			resolve();
		};
		response.on("drain", done).on("close", done);
	});
}
