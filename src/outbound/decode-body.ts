import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { OutboundFailure } from "#core/ports/http-client.ts";

const decoders = new Map([
	["gzip", promisify(gunzip)],
	["x-gzip", promisify(gunzip)],
	["deflate", promisify(inflate)],
	["br", promisify(brotliDecompress)],
]);

/**
 * Decodes a content coding that the peer used although we asked for none. The decoder stops at `maxBytes`, so the result
 * never grows beyond that.
 * @throws {OutboundFailure} `too-large`, or `network` for a coding that is unknown, repeated or broken
 */
export async function decodeBody(body: Buffer, coding: string, maxBytes: number): Promise<Buffer> {
	const decode = decoders.get(coding.trim().toLowerCase());
	if (decode === undefined) throw new OutboundFailure("network", "The response has an unknown content coding");
	try {
		return await decode(body, { maxOutputLength: maxBytes });
	} catch (cause) {
		if (cause instanceof RangeError && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE") {
			throw new OutboundFailure("too-large", `The decoded response is larger than ${maxBytes} bytes`, { cause });
		}
		throw new OutboundFailure("network", "The response can't be decoded", { cause });
	}
}
