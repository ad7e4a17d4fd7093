import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { Context } from "koa";
import { stepAside } from "./passes.ts";

/** How long a client may read nothing of the pending data before it is disconnected, in milliseconds. */
const patienceMs = 60_000;

export interface StreamedBody {
	readonly body: AsyncIterable<string | Uint8Array>;
	/** In bytes; if absent, the body is sent in chunks. */
	readonly length?: number;
}

/**
 * Streams a response body; status and headers must have been set. HEAD gets only the headers. Resolves when the response is
 * complete or the client has disconnected.
 *
 * The headers are sent with the first chunk, so a failure before it can still become a problem response. After a later
 * failure, or if the length differs from the announced one, the connection is destroyed so that the client notices.
 *
 * @throws the source's error; if `ctx.headerSent`, the connection has been destroyed
 */
export async function answerWithStream(ctx: Context, { body, length }: StreamedBody): Promise<void> {
	const source = body instanceof Readable ? body : Readable.from(body);
	// The reader handles the stream's errors; without a listener, one that occurs before would end the process.
	source.on("error", () => {});
	ctx.respond = false;
	// The client has already disconnected, so no further event will report it.
	if (ctx.res.destroyed) {
		source.destroy();
		return;
	}
	if (ctx.method === "HEAD") {
		source.destroy();
		if (length !== undefined) ctx.res.setHeader("Content-Length", length);
		ctx.res.end();
		return;
	}
	const comeBack = stepAside(ctx.req);
	try {
		await pump(source, ctx.res, length);
	} catch (error) {
		if (!ctx.headerSent) ctx.respond = true;
		throw error;
	} finally {
		comeBack();
	}
}

/** Writes a source no faster than the client reads it, and destroys the source when the client disconnects. */
function pump(source: Readable, response: ServerResponse, length: number | undefined): Promise<void> {
	return new Promise((resolve, reject) => {
		let size = 0;
		let timer: NodeJS.Timeout | undefined;

		const settle = (done: () => void): void => {
			clearTimeout(timer);
			source.off("data", take).off("end", finish).off("error", fail).off("close", cut);
			response.off("drain", goOn).off("close", leave);
			done();
		};
		const begin = (): void => {
			if (length !== undefined && !response.headersSent) response.setHeader("Content-Length", length);
		};
		function take(chunk: string | Uint8Array): void {
			size += typeof chunk === "string" ? Buffer.byteLength(chunk) : chunk.length;
			if (length !== undefined && size > length) {
				fail(new Error(`A body is longer than the ${length} bytes announced`));
				return;
			}
			begin();
			if (response.write(chunk)) return;
			source.pause();
			timer = setTimeout(() => response.destroy(), patienceMs);
		}
		function goOn(): void {
			clearTimeout(timer);
			source.resume();
		}
		function finish(): void {
			if (length !== undefined && size < length) {
				fail(new Error(`A body has ${size} bytes instead of the ${length} announced`));
				return;
			}
			begin();
			response.end();
			settle(resolve);
		}
		function fail(error: unknown): void {
			source.destroy();
			if (response.headersSent) response.destroy();
			settle(() => reject(error));
		}
		/** The source was destroyed before its end. */
		function cut(): void {
			response.destroy();
			settle(resolve);
		}
		/** The client has disconnected. */
		function leave(): void {
			source.destroy();
			settle(resolve);
		}

		response.on("drain", goOn).on("close", leave);
		source.on("end", finish).on("error", fail).on("close", cut).on("data", take);
	});
}
