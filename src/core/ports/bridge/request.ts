/** A request to one of the bridge's own paths, independent of the web framework. */
export interface BridgeRequest {
	readonly method: string;
	/** As it was sent, percent-encoding included. */
	readonly path: string;
	/** As it was sent, with the leading `?`; empty if there is no query. */
	readonly query: string;
	readonly headers: Readonly<Record<string, string | undefined>>;
	readonly remoteAddress: string;
	/** Reads the body, once. @throws {PayloadTooLarge} */
	body(maxBytes: number): Promise<Buffer>;
}

/** The response to a {@link BridgeRequest}. */
export interface BridgeResponse {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Buffer;
}
