import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { OutboundFailure } from "#core/ports/http-client.ts";
import { flatten } from "./exchange.ts";
import { toFailure, tooLarge } from "./failure.ts";
import type { RunningExchange } from "./send.ts";
import { errors } from "./undici.ts";

/** A response whose body is still arriving and still has its content coding. */
export interface RawStream {
	readonly status: number;
	readonly headers: Record<string, string>;
	readonly body: Readable;
}

export interface StreamLimits {
	/** The limit of the body before decoding. */
	readonly maxBytes: number;
	/** For how many milliseconds nothing may arrive while the reader is waiting. */
	readonly idleMs: number;
	/** Whether the idle time begins with the request; false for a request body that is streamed and may take longer. */
	readonly sendsAtOnce: boolean;
}

/** How many bytes are buffered ahead of the reader. */
const readAhead = 64 * 1024;

/**
 * One request and its response, which resolves when the headers have arrived and is read from the socket no faster than its
 * reader consumes it. `over` is called once, when the exchange no longer uses the socket.
 */
export class StreamExchange implements RunningExchange {
	readonly #limits: StreamLimits;
	readonly #resolve: (response: RawStream) => void;
	readonly #reject: (failure: OutboundFailure) => void;
	readonly #over: () => void;
	#controller: Dispatcher.DispatchController | undefined;
	#body: Readable | undefined;
	#idle: NodeJS.Timeout | undefined;
	#size = 0;
	onStart: () => void = () => {};
	#isOver = false;

	constructor(
		limits: StreamLimits,
		resolve: (response: RawStream) => void,
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
		this.onStart();
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
				this.fail(new OutboundFailure("network", "The response was cancelled"));
				done(error);
			},
		});
		// A response that fails while it is not read must not end the process.
		this.#body.on("error", () => {});
		this.#wait();
		this.#resolve({ status, headers: flat, body: this.#body });
	}

	onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
		if (this.#isOver || this.#body === undefined) return;
		this.#size += chunk.length;
		if (this.#size > this.#limits.maxBytes) return this.fail(tooLarge(this.#limits.maxBytes));
		if (this.#body.push(chunk)) return this.#wait();
		// From here on the reader is the slow side, so the peer's idle time stops.
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

	/** Gives the peer `idleMs` for its next bytes. */
	#wait(): void {
		if (this.#isOver) return;
		if (this.#idle === undefined) this.#idle = setTimeout(() => this.#expire(), this.#limits.idleMs);
		else this.#idle.refresh();
	}

	#expire(): void {
		this.fail(new OutboundFailure("timeout", `No data arrived for ${this.#limits.idleMs} ms`));
	}

	#end(): void {
		this.#isOver = true;
		clearTimeout(this.#idle);
		this.#over();
	}
}
