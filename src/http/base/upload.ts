import type { IncomingMessage, ServerResponse } from "node:http";
import { PayloadTooLarge, UnsupportedMediaType } from "#core/errors.ts";
import { whatWasRead } from "./body.ts";
import type { Upload } from "./operation.ts";
import { streamBody } from "./stream-body.ts";

/**
 * The body of an operation that takes it as a stream: read no faster than it is consumed, and refused as soon as it passes the
 * cap. A signed request's body has been read whole by now, within the limit of JSON bodies: its signature covers it.
 *
 * @throws {UnsupportedMediaType} another media type, a compressed body
 * @throws {PayloadTooLarge} the announced length is too large
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
