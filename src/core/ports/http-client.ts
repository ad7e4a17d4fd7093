/** A request to another server. */
export interface OutboundRequest {
	readonly method: "GET" | "POST" | "PUT" | "DELETE";
	readonly url: URL;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string | Uint8Array;
	readonly signal?: AbortSignal;
	/** The most bytes of the body that are read, after decompression; default 1 MiB. */
	readonly maxBytes?: number;
	/** Milliseconds for the whole exchange; default 10 s. */
	readonly timeoutMs?: number;
}

/** The response of another server, of any status. */
export interface OutboundResponse {
	readonly status: number;
	/** Lower-case names; repeated headers are joined by ", ". */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Buffer;
}

/** The request was not sent or not answered. `refused`: our own rules forbid it, so that a retry is useless. */
export class OutboundFailure extends Error {
	readonly kind: "refused" | "network" | "timeout" | "too-large";
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
	/** Checks scheme and peer rules without a request. @throws {OutboundFailure} `refused` if this URL may never be contacted */
	check(url: URL): void;
	close(): Promise<void>;
}
