import { lookup as systemLookup } from "node:dns";
import type { LookupFunction, Socket } from "node:net";
import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { OutboundFailure } from "#core/ports/http-client.ts";
import type { OutboundSocket, SocketClient, SocketTarget } from "#core/ports/socket.ts";
import { faultOfRemoteAddress, guardLookup, isReachable, refusedAddress } from "./guarded-connect.ts";
import { createPeerRules } from "./peer-rules.ts";

export interface SocketClientOptions {
	/** `host[:port]`; empty: every peer that is not denied. */
	readonly allow: readonly string[];
	readonly deny: readonly string[];
	/** Allows connections to this machine (localhost, 127.0.0.0/8, ::1). */
	readonly insecureLocalhost: boolean;
	/** Resolves host names; default: the system's resolver. */
	readonly lookup?: LookupFunction;
}

const defaultTimeoutMs = 10_000;

/**
 * Connects by TCP and TLS with the checks of the HTTP client: the operator's lists of peers, and public addresses only,
 * checked on the connected socket. Plain TCP is allowed because many protocols start TLS inside the connection.
 */
export function createSocketClient(options: SocketClientOptions): SocketClient {
	const peerAllowed = createPeerRules(options.allow, options.deny);
	const addressAllowed = (address: string): boolean => isReachable(address, options.insecureLocalhost);
	const lookup = guardLookup(options.lookup ?? systemLookup, addressAllowed);

	/** Normalises and checks the host: lower case, numeric forms as addresses. A literal address passes no guarded lookup. */
	function hostOf({ host, port }: SocketTarget): string {
		const name = isIP(host) === 6 ? `[${host}]` : host;
		const url = /[\s/?#@\\]/.test(host) ? null : URL.parse(`https://${name}:${port}`);
		if (url === null) throw new OutboundFailure("refused", "The host or port is not valid");
		if (!peerAllowed(url)) throw new OutboundFailure("refused", `${url.host} is not an allowed peer`);
		const hostname = url.hostname.replace(/^\[|\]$/g, "");
		if (isIP(hostname) !== 0 && !addressAllowed(hostname)) throw refusedAddress(hostname);
		return hostname;
	}

	return {
		async connect(target) {
			const { tls, signal, idleMs, timeoutMs = defaultTimeoutMs } = target;
			const hostname = hostOf(target);
			const aborted = (): OutboundFailure =>
				new OutboundFailure("network", "The connection attempt was aborted", { cause: signal?.reason });
			if (signal?.aborted) throw aborted();

			const socket = open(target, hostname, lookup);
			// For as long as the socket exists: an error without a listener would end the process.
			socket.on("error", () => {});
			const abort = (): void => void socket.destroy(aborted());
			signal?.addEventListener("abort", abort, { once: true });
			socket.once("close", () => signal?.removeEventListener("abort", abort));
			const failSlowConnect = (): void =>
				void socket.destroy(new OutboundFailure("timeout", "The connection timed out"));
			const timer = setTimeout(failSlowConnect, timeoutMs);
			try {
				await connected(socket, tls, () => faultOfRemoteAddress(socket, hostname, addressAllowed));
			} catch (error) {
				throw failureOf(error);
			} finally {
				clearTimeout(timer);
			}
			const failIdle = (): void =>
				void socket.destroy(new OutboundFailure("timeout", "The connection was idle for too long"));
			if (idleMs !== undefined) socket.setTimeout(idleMs, failIdle);
			return socket as Socket & OutboundSocket;
		},
	};
}

function open({ port, tls, alpn }: SocketTarget, host: string, lookup: LookupFunction): Socket {
	if (!tls) return connectTcp({ host, port, lookup });
	return connectTls({
		host,
		port,
		lookup,
		// Names only (RFC 6066 §3); the certificate of a literal address is compared with the address.
		...(isIP(host) === 0 ? { servername: host } : {}),
		...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
	});
}

/** Resolves when the connection is established; `fault` checks the remote address before TLS sends its first bytes. */
function connected(socket: Socket, tls: boolean, fault: () => Error | undefined): Promise<void> {
	return new Promise((resolve, reject) => {
		// Runs before the listener that begins the TLS handshake.
		socket.prependOnceListener("connect", () => {
			const wrong = fault();
			if (wrong !== undefined) socket.destroy(wrong);
			else if (!tls) resolve();
		});
		socket.once("secureConnect", resolve);
		socket.once("error", reject);
		socket.once("close", () => reject(new Error("The peer closed the connection at once")));
	});
}

const failureOf = (error: unknown): OutboundFailure =>
	error instanceof OutboundFailure ? error : new OutboundFailure("network", "The connection failed", { cause: error });
