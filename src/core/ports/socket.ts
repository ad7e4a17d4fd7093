/** A server that is reached by TCP or TLS instead of HTTP. */
export interface SocketTarget {
	/** A host name or a literal address; an IPv6 address without brackets. */
	readonly host: string;
	readonly port: number;
	/** TLS from the first byte, with a certificate that is valid for `host`. */
	readonly tls: boolean;
	/** The protocols that TLS offers (ALPN, RFC 7301): `xmpp-client`, `irc`. */
	readonly alpn?: readonly string[];
	/** Milliseconds in which the connection has to be established, TLS included; default 10 s. */
	readonly timeoutMs?: number;
	/** Milliseconds without a byte in either direction after which the connection ends; no limit if absent. */
	readonly idleMs?: number;
	/** Ends the attempt, and later the connection. */
	readonly signal?: AbortSignal;
}

/**
 * An established connection. Reading it fails with an {@link OutboundFailure} if the connection was lost, timed out or was aborted.
 * An error without a listener is dropped: a lost connection never ends the process.
 */
export interface OutboundSocket extends NodeJS.ReadWriteStream {
	/** The address that the connection reached, which has been checked. */
	readonly remoteAddress: string;
	/** Ends the connection at once. */
	destroy(): unknown;
}

/** Connects to servers by TCP or TLS, only to addresses that {@link HttpClient} would contact too. */
export interface SocketClient {
	/** @throws {OutboundFailure} */
	connect(target: SocketTarget): Promise<OutboundSocket>;
}
