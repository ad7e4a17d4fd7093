/** A server of a network that is not HTTP. */
export interface SocketTarget {
	/** A host name or a literal address; an IPv6 address without brackets. */
	readonly host: string;
	readonly port: number;
	/** TLS from the first byte, with a certificate that is valid for `host`. */
	readonly tls: boolean;
	/** The protocols that TLS offers (ALPN, RFC 7301): `xmpp-client`, `irc`. */
	readonly alpn?: readonly string[];
	/** Milliseconds until the connection stands, TLS included; default 10 s. */
	readonly timeoutMs?: number;
	/** Milliseconds without a byte in either direction, after which the connection ends; absent: it may be silent for ever. */
	readonly idleMs?: number;
	/** Ends the attempt, and later the connection. */
	readonly signal?: AbortSignal;
}

/**
 * A connection that stands. Reading it ends with an {@link OutboundFailure} when it was cut, timed out or aborted. An error
 * that is not read is dropped: a lost connection never ends the program.
 */
export interface OutboundSocket extends NodeJS.ReadWriteStream {
	/** The address that was really reached, which has been checked. */
	readonly remoteAddress: string;
	/** Ends the connection at once. */
	destroy(): unknown;
}

/** Connects to servers by TCP or TLS, under the same guard as {@link HttpClient}: only to addresses that may be contacted. */
export interface SocketClient {
	/** @throws {OutboundFailure} */
	connect(target: SocketTarget): Promise<OutboundSocket>;
}
