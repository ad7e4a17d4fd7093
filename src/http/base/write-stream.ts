import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { Context } from "koa";

/** A client that takes nothing of what waits for it is given up after this time, in milliseconds. */
const patienceMs = 60_000;

export interface StreamedBody {
	readonly body: AsyncIterable<string | Uint8Array>;
	/** In bytes; absent: sent in chunks. */
	readonly length?: number;
}

/**
 * Answers with a body as it comes; status and headers have been set. HEAD gets the headers alone. Resolves when the answer is
 * complete or its client has gone.
 *
 * The headers are sent with the first piece: what fails before it can still be answered properly. What fails later, or is not as
 * long as announced, cuts the connection, so that the client does not take what it has for the whole.
 *
 * @throws what the source failed with; when `ctx.headerSent`, the connection has been cut
 */
export async function answerWithStream(ctx: Context, { body, length }: StreamedBody): Promise<void> {
	const source = body instanceof Readable ? body : Readable.from(body);
	// What a stream fails with is told to its reader; without one it would end the program.
	source.on("error", () => {});
	ctx.respond = false;
	// Its client has gone meanwhile, which is not told a second time.
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
	try {
		await pump(source, ctx.res, length);
	} catch (error) {
		if (!ctx.headerSent) ctx.respond = true;
		throw error;
	}
}

/** Writes a source no faster than the client takes it, and ends the source when the client goes away. */
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
		/** The source was given up before its end. */
		function cut(): void {
			response.destroy();
			settle(resolve);
		}
		/** The client has gone. */
		function leave(): void {
			source.destroy();
			settle(resolve);
		}

		response.on("drain", goOn).on("close", leave);
		source.on("end", finish).on("error", fail).on("close", cut).on("data", take);
	});
}
