/** A request to one of the bridge's own paths, independent of the web framework. */
export interface BridgeRequest {
	readonly method: string;
	/** As it was sent, percent-encoding included. */
	readonly path: string;
	/** As it was sent, with the leading `?`; empty if there is no query. */
	readonly query: string;
	readonly headers: Readonly<Record<string, string | undefined>>;
	readonly remoteAddress: string;
	/** Reads the body whole. @throws {PayloadTooLarge} */
	body(maxBytes: number): Promise<Buffer>;
	/**
	 * Reads the body, once, no faster than it is taken. Fails with {@link PayloadTooLarge} as soon as the cap is passed, at once
	 * when the announced length is beyond it.
	 */
	stream(maxBytes: number): AsyncIterable<Uint8Array>;
}

/** The response to a {@link BridgeRequest}. */
export interface BridgeResponse {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	/**
	 * A stream is read no faster than the client takes it, and ended when the client goes away. When it fails, the connection is
	 * cut: the client must not take what it has for the whole.
	 */
	readonly body?: string | Buffer | AsyncIterable<Uint8Array>;
	/** Bytes of a streamed body, where they are known; a body that has more or fewer fails. */
	readonly length?: number;
}
