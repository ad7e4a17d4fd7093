/** A request to another server. */
export interface OutboundRequest {
	readonly method: "GET" | "POST" | "PUT" | "DELETE";
	readonly url: URL;
	readonly headers: Readonly<Record<string, string>>;
	/**
	 * A stream is read no faster than the other side takes it, and ended when the exchange fails. Without a `content-length`
	 * header it is sent in chunks.
	 */
	readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
	readonly signal?: AbortSignal;
	/** The most bytes of the body that are read, after decompression; default 1 MiB. */
	readonly maxBytes?: number;
	/** Milliseconds for the exchange, once it has a socket; default 10 s, of a streamed answer 60 s. */
	readonly timeoutMs?: number;
}

/** The response of another server, of any status. */
export interface OutboundResponse {
	readonly status: number;
	/** Lower-case names; repeated headers are joined by ", ". */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Buffer;
}

/** The response of another server without its body. */
export type OutboundStatus = Pick<OutboundResponse, "status" | "headers">;

/** A request whose answer is read as it comes. */
export interface StreamRequest extends OutboundRequest {
	/** Milliseconds in which the other side sends nothing while we want more; default 10 s. */
	readonly idleMs?: number;
}

export interface StreamResponse extends Pick<OutboundResponse, "status" | "headers"> {
	/**
	 * The body, decompressed, read no faster than it is taken. Fails with an {@link OutboundFailure} when it is too large, too
	 * slow, cut or aborted. Read it once, or {@link cancel} it: an answer that is not read keeps its connection until it times out.
	 */
	readonly body: AsyncIterable<Buffer>;
	/** Gives up what has not been read, and the connection with it. Leaving a `for await` over the body does the same. */
	cancel(): void;
}

/**
 * The request was not sent or not answered. `refused`: our own rules forbid it, so that a retry is useless. `busy`: it waited too long for
 * its turn behind our other requests to this host, which does answer.
 */
export class OutboundFailure extends Error {
	readonly kind: "refused" | "network" | "timeout" | "too-large" | "busy";
	constructor(kind: OutboundFailure["kind"], message: string, options?: { cause: unknown }) {
		super(message, options);
		this.name = "OutboundFailure";
		this.kind = kind;
	}
}

/**
 * Makes every outbound HTTP request (design §9 rule 6): checks the address that it actually connects to, follows no redirects and
 * limits size and time.
 */
export interface HttpClient {
	/** @throws {OutboundFailure} */
	request(request: OutboundRequest): Promise<OutboundResponse>;
	/**
	 * Makes a request whose answer is its status: a delivery. Resolves when status and headers have arrived, so that neither a body that is
	 * long, slow or cut makes the other side get everything again, nor do later requests wait for it.
	 *
	 * @throws {OutboundFailure}
	 */
	deliver(request: Omit<OutboundRequest, "maxBytes">): Promise<OutboundStatus>;
	/** Resolves with the headers of the answer. @throws {OutboundFailure} */
	stream(request: StreamRequest): Promise<StreamResponse>;
	/** Checks scheme and peer rules without a request. @throws {OutboundFailure} `refused` if this URL may never be contacted */
	check(url: URL): void;
	close(): Promise<void>;
}
