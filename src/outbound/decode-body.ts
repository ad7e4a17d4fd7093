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
 * Undoes a content coding that the peer used although we asked for none. The result never grows beyond `maxBytes`: the
 * decoder stops there.
 * @throws {OutboundFailure} `too-large`, or `network` for a coding that is unknown, repeated or broken
 */
export async function decodeBody(body: Buffer, coding: string, maxBytes: number): Promise<Buffer> {
	const decode = decoders.get(coding.trim().toLowerCase());
	if (decode === undefined) throw new OutboundFailure("network", "The answer has an unknown content coding");
	try {
		return await decode(body, { maxOutputLength: maxBytes });
	} catch (cause) {
		if (cause instanceof RangeError && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE") {
			throw new OutboundFailure("too-large", `The answer unpacks to more than ${maxBytes} bytes`, { cause });
		}
		throw new OutboundFailure("network", "The answer can't be unpacked", { cause });
	}
}
