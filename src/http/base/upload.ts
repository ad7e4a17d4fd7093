import type { IncomingMessage, ServerResponse } from "node:http";
import { PayloadTooLarge, UnsupportedMediaType } from "#core/errors.ts";
import { whatWasRead } from "./body.ts";
import type { Upload } from "./operation.ts";
import { streamBody } from "./stream-body.ts";

/**
 * The body of an operation that reads it as a stream: read no faster than it is consumed, and rejected as soon as it exceeds
 * its limit. The body of a signed request has already been read, within the limit of JSON bodies, to verify the signature.
 *
 * @throws {UnsupportedMediaType} another media type, or a Content-Encoding
 * @throws {PayloadTooLarge} the Content-Length exceeds the limit
 */
export function openUpload(
	request: IncomingMessage,
	response: ServerResponse,
	{ type, maxBytes }: Upload,
): AsyncIterable<Uint8Array> {
	const { headers } = request;
	if (headers["content-type"]?.split(";")[0]?.trim().toLowerCase() !== type) throw new UnsupportedMediaType(type);
	if ((headers["content-encoding"] ?? "identity") !== "identity")
		throw new UnsupportedMediaType("a body without Content-Encoding");
	if (Number(headers["content-length"]) > maxBytes) throw new PayloadTooLarge(`${maxBytes} bytes`);
	const read = whatWasRead(request);
	return read === undefined ? streamBody(request, response, maxBytes) : whole(read);
}

async function* whole(body: Promise<Buffer>): AsyncGenerator<Uint8Array, void, undefined> {
	yield await body;
}
