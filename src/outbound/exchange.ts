import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { OutboundFailure } from "#core/ports/http-client.ts";
import { toFailure, tooLarge } from "./failure.ts";
import type { RunningExchange } from "./send.ts";
import { errors } from "./undici.ts";

/** A complete response that still has its content coding. */
export interface RawResponse {
	readonly status: number;
	readonly headers: Record<string, string>;
	readonly body: Buffer;
}

/**
 * One request and its response. It settles once; later events of undici are ignored, and a request that is still waiting for
 * a socket when the exchange has settled is withdrawn before it is written.
 */
export class Exchange implements RunningExchange {
	readonly #resolve: (response: RawResponse) => void;
	readonly #reject: (failure: OutboundFailure) => void;
	readonly #maxBytes: number;
	readonly #chunks: Buffer[] = [];
	#size = 0;
	#status = 0;
	#headers: Record<string, string> = {};
	#controller: Dispatcher.DispatchController | undefined;
	onStart: () => void = () => {};
	#settled = false;

	constructor(maxBytes: number, resolve: (response: RawResponse) => void, reject: (failure: OutboundFailure) => void) {
		this.#maxBytes = maxBytes;
		this.#resolve = resolve;
		this.#reject = reject;
	}

	/** Rejects the caller's promise at once and closes the socket. */
	fail(failure: OutboundFailure): void {
		if (this.#settled) return;
		this.#settled = true;
		this.#reject(failure);
		this.#controller?.abort(failure);
	}

	onRequestStart(controller: Dispatcher.DispatchController): void {
		// Thrown, not aborted: an abort would end a socket that others wait for.
		if (this.#settled) throw new errors.RequestAbortedError();
		this.#controller = controller;
		this.onStart();
	}

	onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
		if (status < 200) return;
		this.#status = status;
		this.#headers = flatten(headers);
		if (Number(this.#headers["content-length"]) > this.#maxBytes) this.fail(tooLarge(this.#maxBytes));
	}

	onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
		if (this.#settled) return;
		this.#size += chunk.length;
		if (this.#size > this.#maxBytes) this.fail(tooLarge(this.#maxBytes));
		else this.#chunks.push(chunk);
	}

	onResponseEnd(): void {
		if (this.#settled) return;
		this.#settled = true;
		const [first, second] = this.#chunks;
		const body = second === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks, this.#size);
		this.#resolve({ status: this.#status, headers: this.#headers, body });
	}

	onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
		this.fail(toFailure(error));
	}
}

/** Joins repeated headers to one value each. */
export function flatten(headers: IncomingHttpHeaders): Record<string, string> {
	for (const name in headers) {
		const value = headers[name];
		if (Array.isArray(value)) headers[name] = value.join(", ");
	}
	return headers as Record<string, string>;
}
