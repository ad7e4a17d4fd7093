import type { IncomingMessage, ServerResponse } from "node:http";
import { PayloadTooLarge, type Problem, UnsupportedMediaType } from "#core/errors.ts";
import { JsonRefused, parseJson } from "#core/json.ts";
import { overloaded } from "./overloaded.ts";
import { stepAsideToReceive } from "./passes.ts";

/** The client disconnected before its body was read, so there is no one to answer. */
export class ClientGone extends Error {}

/** How much of a body is still read and discarded after it exceeds its limit, so that the client gets the response. */
const patience = { bytes: 16 * 1024 * 1024, ms: 5_000 };

/** How much of all bodies that are still arriving is held, in bytes, and the most that may be: slow clients must not fill the memory. */
let arriving = 0;
const maxArriving = 128 * 1024 * 1024;

const bodies = new WeakMap<IncomingMessage, Promise<Buffer>>();

/**
 * Reads a whole body. Later calls return the same bytes: a signature is verified over them before they are parsed.
 *
 * A body that is too large is discarded, but reading continues for a while: closing a connection with unread bytes could
 * lose the response on the way. If the body is larger still, its connection is closed.
 *
 * @param maxBytes the body's maximum size
 * @throws {PayloadTooLarge}
 * @throws {Unavailable} too much of other bodies is still arriving
 * @throws {ClientGone}
 */
export function readBody(request: IncomingMessage, response: ServerResponse, maxBytes: number): Promise<Buffer> {
	const reading = bodies.get(request) ?? receive(request, response, maxBytes);
	bodies.set(request, reading);
	return reading;
}

/** The body, if {@link readBody} has been called before. */
export const whatWasRead = (request: IncomingMessage): Promise<Buffer> | undefined => bodies.get(request);

function receive(request: IncomingMessage, response: ServerResponse, maxBytes: number): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let size = 0;
		let held = 0;
		let timer: NodeJS.Timeout | undefined;
		stepAsideToReceive(request);

		const release = (): void => {
			arriving -= held;
			held = 0;
		};
		const end = (settle: () => void): void => {
			clearTimeout(timer);
			release();
			request.off("data", take).off("end", finish).off("error", gone).off("close", gone);
			settle();
		};
		const tooLarge = (): PayloadTooLarge => new PayloadTooLarge(`${maxBytes} bytes`);
		const abandon = (problem: Problem): void => {
			response.setHeader("Connection", "close");
			request.resume();
			end(() => reject(problem));
		};
		function take(chunk: Buffer): void {
			size += chunk.length;
			if (size <= maxBytes) {
				if (arriving + chunk.length > maxArriving) return abandon(overloaded());
				chunks.push(chunk);
				held += chunk.length;
				arriving += chunk.length;
			} else if (size > maxBytes + patience.bytes) abandon(tooLarge());
			else {
				chunks.length = 0;
				release();
				timer ??= setTimeout(abandon, patience.ms, tooLarge());
			}
		}
		function finish(): void {
			if (size > maxBytes) end(() => reject(tooLarge()));
			else end(() => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
		}
		function gone(): void {
			end(() => reject(new ClientGone()));
		}

		request.on("data", take).on("end", finish).on("error", gone).on("close", gone);
		if (Number(request.headers["content-length"]) > maxBytes + patience.bytes) abandon(tooLarge());
	});
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

export interface JsonLimits {
	readonly bodyBytes: number;
	readonly jsonDepth: number;
	readonly jsonNodes: number;
}

/**
 * Reads a JSON body. An empty one without a Content-Type is `{}`: some routes need no body.
 *
 * @throws {UnsupportedMediaType} another media type, or a Content-Encoding
 * @throws {JsonRefused} invalid JSON, too deep, too many values, or a forbidden key
 */
export async function readJson(
	request: IncomingMessage,
	response: ServerResponse,
	limits: JsonLimits,
): Promise<unknown> {
	const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
	const isJson = type === "application/json" || (type?.startsWith("application/") === true && type.endsWith("+json"));
	const encoding = request.headers["content-encoding"] ?? "identity";
	const bytes = await readBody(request, response, limits.bodyBytes);
	if (bytes.length === 0 && type === undefined) return {};
	if (!isJson) throw new UnsupportedMediaType("application/json");
	if (encoding !== "identity") throw new UnsupportedMediaType("a body without Content-Encoding");
	return parseJson(decode(bytes), { depth: limits.jsonDepth, nodes: limits.jsonNodes });
}

function decode(bytes: Buffer): string {
	try {
		return utf8.decode(bytes);
	} catch {
		throw new JsonRefused("", "JSON in UTF-8");
	}
}
