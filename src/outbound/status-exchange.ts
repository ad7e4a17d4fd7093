import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { OutboundFailure, OutboundStatus } from "#core/ports/http-client.ts";
import { flatten } from "./exchange.ts";
import { toFailure } from "./failure.ts";
import type { RunningExchange } from "./send.ts";
import { errors } from "./undici.ts";

/** How much of a body is read, and for how long, so that the socket can be used again. */
const drain = { bytes: 64 * 1024, ms: 100 };

/**
 * One request whose response is its status and headers. It resolves when these have arrived, whatever becomes of the body: a short body
 * is read and dropped, a long or slow one costs the socket. `over` is called once, when the exchange no longer uses the socket.
 */
export class StatusExchange implements RunningExchange {
	readonly #resolve: (response: OutboundStatus) => void;
	readonly #reject: (failure: OutboundFailure) => void;
	readonly #over: () => void;
	#controller: Dispatcher.DispatchController | undefined;
	#draining: NodeJS.Timeout | undefined;
	#size = 0;
	#isOver = false;
	onStart: () => void = () => {};

	constructor(
		resolve: (response: OutboundStatus) => void,
		reject: (failure: OutboundFailure) => void,
		over: () => void,
	) {
		this.#resolve = resolve;
		this.#reject = reject;
		this.#over = over;
	}

	fail(failure: OutboundFailure): void {
		if (this.#isOver) return;
		this.#end();
		// Without effect if the status has arrived.
		this.#reject(failure);
		this.#controller?.abort(failure);
	}

	onRequestStart(controller: Dispatcher.DispatchController): void {
		// Thrown, not aborted: an abort would end a socket that others wait for.
		if (this.#isOver) throw new errors.RequestAbortedError();
		this.#controller = controller;
		this.onStart();
	}

	onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
		if (status < 200 || this.#isOver) return;
		const flat = flatten(headers);
		this.#resolve({ status, headers: flat });
		if (Number(flat["content-length"]) > drain.bytes) return this.#cut();
		this.#draining = setTimeout(() => this.#cut(), drain.ms);
	}

	onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
		this.#size += chunk.length;
		if (this.#size > drain.bytes) this.#cut();
	}

	onResponseEnd(): void {
		this.#end();
	}

	onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
		this.fail(toFailure(error));
	}

	/** Closes the socket, because the rest of the body is not worth reading. */
	#cut(): void {
		if (this.#isOver) return;
		this.#end();
		this.#controller?.abort(new errors.RequestAbortedError());
	}

	#end(): void {
		if (this.#isOver) return;
		this.#isOver = true;
		clearTimeout(this.#draining);
		this.#over();
	}
}
