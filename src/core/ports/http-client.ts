/** A request that leaves the provider. */
export interface OutboundRequest {
	readonly method: "GET" | "POST" | "PUT" | "DELETE";
	readonly url: URL;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string | Uint8Array;
	readonly signal?: AbortSignal;
	/** Bytes of body that are read at most, after decompression; default 1 MiB. */
	readonly maxBytes?: number;
	/** Milliseconds for the whole exchange; default 10 s. */
	readonly timeoutMs?: number;
}

export interface OutboundResponse {
	readonly status: number;
	/** Lower-case names; repeated headers are joined by ", ". */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Buffer;
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
 * The only way out of the provider (design §9 rule 6): checks the address that it really connects to, follows no redirect
 * by itself, caps size and time.
 */
export interface HttpClient {
	/** @throws {OutboundFailure} */
	request(request: OutboundRequest): Promise<OutboundResponse>;
	/** Throws {@link OutboundFailure} `refused` when this URL may not be contacted at all (scheme, denied peer). */
	check(url: URL): void;
	close(): Promise<void>;
}
