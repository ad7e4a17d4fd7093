import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { OutboundFailure } from "#core/ports/http-client.ts";
import { toFailure, tooLarge } from "./failure.ts";
import type { Run } from "./send.ts";
import { errors } from "./undici.ts";

/** An answer as it came: still with its content coding. */
export interface RawAnswer {
	readonly status: number;
	readonly headers: Record<string, string>;
	readonly body: Buffer;
}

/**
 * One request and its answer. It settles once; whatever undici says afterwards is ignored, and a request that is
 * still waiting for a socket when it has settled is taken back as soon as it is about to be written.
 */
export class Exchange implements Run {
	readonly #resolve: (answer: RawAnswer) => void;
	readonly #reject: (failure: OutboundFailure) => void;
	readonly #maxBytes: number;
	readonly #chunks: Buffer[] = [];
	#size = 0;
	#status = 0;
	#headers: Record<string, string> = {};
	#controller: Dispatcher.DispatchController | undefined;
	#settled = false;

	constructor(maxBytes: number, resolve: (answer: RawAnswer) => void, reject: (failure: OutboundFailure) => void) {
		this.#maxBytes = maxBytes;
		this.#resolve = resolve;
		this.#reject = reject;
	}

	/** Gives up: the caller is told at once, the socket is ended. */
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

/** Repeated headers as one text. */
export function flatten(headers: IncomingHttpHeaders): Record<string, string> {
	for (const name in headers) {
		const value = headers[name];
		if (Array.isArray(value)) headers[name] = value.join(", ");
	}
	return headers as Record<string, string>;
}
