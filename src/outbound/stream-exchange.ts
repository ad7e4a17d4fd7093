import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { OutboundFailure } from "#core/ports/http-client.ts";
import { flatten } from "./exchange.ts";
import { toFailure, tooLarge } from "./failure.ts";
import type { Run } from "./send.ts";
import { errors } from "./undici.ts";

/** An answer whose body is still on its way, with its content coding. */
export interface RawStream {
	readonly status: number;
	readonly headers: Record<string, string>;
	readonly body: Readable;
}

export interface StreamLimits {
	/** Of the body as it comes over the wire. */
	readonly maxBytes: number;
	/** Milliseconds in which nothing comes while more is wanted. */
	readonly idleMs: number;
	/** Whether the answer is wanted as soon as the request has been written; otherwise its body takes its time first. */
	readonly sendsAtOnce: boolean;
}

/** What is read ahead of the reader, in bytes. */
const readAhead = 64 * 1024;

/**
 * One request and its answer, which is handed over when its headers are there and read from the socket no faster than it is
 * taken. `over` is called once, when the socket is not used any more.
 */
export class StreamExchange implements Run {
	readonly #limits: StreamLimits;
	readonly #resolve: (answer: RawStream) => void;
	readonly #reject: (failure: OutboundFailure) => void;
	readonly #over: () => void;
	#controller: Dispatcher.DispatchController | undefined;
	#body: Readable | undefined;
	#idle: NodeJS.Timeout | undefined;
	#size = 0;
	#isOver = false;

	constructor(
		limits: StreamLimits,
		resolve: (answer: RawStream) => void,
		reject: (failure: OutboundFailure) => void,
		over: () => void,
	) {
		this.#limits = limits;
		this.#resolve = resolve;
		this.#reject = reject;
		this.#over = over;
	}

	fail(failure: OutboundFailure): void {
		if (this.#isOver) return;
		this.#end();
		if (this.#body === undefined) this.#reject(failure);
		else this.#body.destroy(failure);
		this.#controller?.abort(failure);
	}

	onRequestStart(controller: Dispatcher.DispatchController): void {
		// Thrown, not aborted: an abort would end a socket that others wait for.
		if (this.#isOver) throw new errors.RequestAbortedError();
		this.#controller = controller;
		if (this.#limits.sendsAtOnce) this.#wait();
	}

	onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
		if (status < 200 || this.#isOver) return;
		const flat = flatten(headers);
		if (Number(flat["content-length"]) > this.#limits.maxBytes) return this.fail(tooLarge(this.#limits.maxBytes));
		this.#body = new Readable({
			highWaterMark: readAhead,
			read: () => {
				this.#wait();
				controller.resume();
			},
			destroy: (error, done) => {
				this.fail(new OutboundFailure("network", "The answer was given up"));
				done(error);
			},
		});
		// An answer that fails while it is not read must not end the program.
		this.#body.on("error", () => {});
		this.#wait();
		this.#resolve({ status, headers: flat, body: this.#body });
	}

	onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
		if (this.#isOver || this.#body === undefined) return;
		this.#size += chunk.length;
		if (this.#size > this.#limits.maxBytes) return this.fail(tooLarge(this.#limits.maxBytes));
		if (this.#body.push(chunk)) return this.#wait();
		// Now it is the reader who takes time.
		clearTimeout(this.#idle);
		this.#idle = undefined;
		controller.pause();
	}

	onResponseEnd(): void {
		if (this.#isOver) return;
		this.#end();
		this.#body?.push(null);
	}

	onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
		this.fail(toFailure(error));
	}

	/** From now on the other side has `idleMs` for its next bytes. */
	#wait(): void {
		if (this.#isOver) return;
		if (this.#idle === undefined) this.#idle = setTimeout(() => this.#tooQuiet(), this.#limits.idleMs);
		else this.#idle.refresh();
	}

	#tooQuiet(): void {
		this.fail(new OutboundFailure("timeout", `Nothing came for ${this.#limits.idleMs} ms`));
	}

	#end(): void {
		this.#isOver = true;
		clearTimeout(this.#idle);
		this.#over();
	}
}
