import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { PayloadTooLarge, UnsupportedMediaType } from "#core/errors.ts";
import { ClientGone, whatWasRead } from "./body.ts";
import type { Upload } from "./operation.ts";

/**
 * A body as a stream, read from the socket no faster than it is taken. Past the cap it fails with {@link PayloadTooLarge} at
 * once, and nothing more is read: the connection ends with the answer.
 *
 * @throws {UnsupportedMediaType} another media type, a compressed body
 * @throws {PayloadTooLarge} the announced length is too large
 */
export async function openUpload(
	request: IncomingMessage,
	response: ServerResponse,
	{ type, maxBytes }: Upload,
): Promise<Readable> {
	const { headers } = request;
	if (headers["content-type"]?.split(";")[0]?.trim().toLowerCase() !== type) throw new UnsupportedMediaType(type);
	if ((headers["content-encoding"] ?? "identity") !== "identity")
		throw new UnsupportedMediaType("a body without Content-Encoding");
	const tooLarge = (): PayloadTooLarge => {
		response.setHeader("Connection", "close");
		return new PayloadTooLarge(`${maxBytes} bytes`);
	};
	if (Number(headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
	// A signature is verified over the whole body first, within the limit of JSON bodies.
	const verified = await whatWasRead(request);
	if (verified !== undefined) return Readable.from([verified]);

	let size = 0;
	const body = new Readable({
		read: () => void request.resume(),
		destroy(error, done) {
			detach();
			request.pause();
			// What is left would be read, and thrown away, for the next request on this connection.
			if (!request.readableEnded && !response.headersSent) response.setHeader("Connection", "close");
			done(error);
		},
	});
	function take(chunk: Buffer): void {
		size += chunk.length;
		if (size > maxBytes) body.destroy(tooLarge());
		else if (!body.push(chunk)) request.pause();
	}
	function finish(): void {
		detach();
		body.push(null);
	}
	const gone = (): void => void body.destroy(new ClientGone());
	const detach = (): void => void request.off("data", take).off("end", finish).off("error", gone).off("close", gone);
	request.on("data", take).on("end", finish).on("error", gone).on("close", gone).pause();
	return body;
}
