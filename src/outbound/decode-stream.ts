import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { OutboundFailure } from "#core/ports/http-client.ts";
import { tooLarge } from "./failure.ts";

const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
	["gzip", createGunzip],
	["x-gzip", createGunzip],
	["deflate", createInflate],
	["br", createBrotliDecompress],
]);

/**
 * Decodes, chunk by chunk, a content coding that the peer used although we asked for none. At most a few decoded chunks
 * wait for the reader, however large the decoded body would be.
 *
 * @throws {OutboundFailure} the coding is unknown
 */
export function decodeStream(body: Readable, coding: string, maxBytes: number): AsyncIterable<Buffer> {
	const create = decoders.get(coding.trim().toLowerCase());
	if (create === undefined) throw new OutboundFailure("network", "The response has an unknown content coding");
	const decoder = create();
	// Every failure surfaces at the decoder, because an error of the body destroys it too.
	pipeline(body, decoder, () => {});
	return capped(body, decoder, maxBytes);
}

async function* capped(body: Readable, decoder: Transform, maxBytes: number): AsyncGenerator<Buffer> {
	let size = 0;
	try {
		for await (const chunk of decoder as AsyncIterable<Buffer>) {
			size += chunk.length;
			if (size > maxBytes) throw tooLarge(maxBytes);
			yield chunk;
		}
	} catch (error) {
		if (error instanceof OutboundFailure) throw error;
		throw new OutboundFailure("network", "The response can't be decoded", { cause: error });
	} finally {
		body.destroy();
	}
}
