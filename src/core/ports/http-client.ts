/** A request that leaves the provider. */
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
	/** Bytes of the answer's body that are read at most, after decompression; default 1 MiB. */
	readonly maxBytes?: number;
	/** Milliseconds for the whole exchange; default 10 s, of a streamed answer 60 s. */
	readonly timeoutMs?: number;
}

export interface OutboundResponse {
	readonly status: number;
	/** Lower-case names; repeated headers are joined by ", ". */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Buffer;
}

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

/** The request was not sent or not answered. `refused`: our own guard said no, trying again is useless. */
export class OutboundFailure extends Error {
	readonly kind: "refused" | "network" | "timeout" | "too-large";
	constructor(kind: OutboundFailure["kind"], message: string, options?: { cause: unknown }) {
		super(message, options);
		this.name = "OutboundFailure";
		this.kind = kind;
	}
}

/**
 * The only way out of the provider by HTTP (design §9 rule 6): checks the address that it really connects to, follows no
 * redirect by itself, caps size and time.
 */
export interface HttpClient {
	/** @throws {OutboundFailure} */
	request(request: OutboundRequest): Promise<OutboundResponse>;
	/** Resolves with the headers of the answer. @throws {OutboundFailure} */
	stream(request: StreamRequest): Promise<StreamResponse>;
	/** Throws {@link OutboundFailure} `refused` when this URL may not be contacted at all (scheme, denied peer). */
	check(url: URL): void;
	close(): Promise<void>;
}
