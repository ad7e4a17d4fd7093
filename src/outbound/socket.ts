import { lookup as systemLookup } from "node:dns";
import type { LookupFunction, Socket } from "node:net";
import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { OutboundFailure } from "#core/ports/http-client.ts";
import type { OutboundSocket, SocketClient, SocketTarget } from "#core/ports/socket.ts";
import { faultOfReached, guardLookup, isReachable, refusedAddress } from "./guarded-connect.ts";
import { createPeerRules } from "./peer-rules.ts";

export interface SocketClientOptions {
	/** `host[:port]`; empty: everyone who is not denied. */
	readonly allow: readonly string[];
	readonly deny: readonly string[];
	/** Opens the way to this machine (localhost, 127.0.0.0/8, ::1). */
	readonly insecureLocalhost: boolean;
	/** Resolves names; default the system's. */
	readonly lookup?: LookupFunction;
}

const defaultTimeoutMs = 10_000;

/**
 * Connects by TCP and TLS under the guard of the HTTP client: the operator's lists of peers, and public addresses only,
 * checked on the socket that is really connected. Plain TCP is allowed: many protocols start TLS inside the connection.
 */
export function createSocketClient(options: SocketClientOptions): SocketClient {
	const peerAllowed = createPeerRules(options.allow, options.deny);
	const addressAllowed = (address: string): boolean => isReachable(address, options.insecureLocalhost);
	const lookup = guardLookup(options.lookup ?? systemLookup, addressAllowed);

	/** The host as it is connected to: in lower case, a number as the address that it is. No lookup guards a literal address. */
	function hostOf({ host, port }: SocketTarget): string {
		const name = isIP(host) === 6 ? `[${host}]` : host;
		const url = /[\s/?#@\\]/.test(host) ? null : URL.parse(`https://${name}:${port}`);
		if (url === null) throw new OutboundFailure("refused", "There is no such host or port");
		if (!peerAllowed(url)) throw new OutboundFailure("refused", `${url.host} is not a peer`);
		const hostname = url.hostname.replace(/^\[|\]$/g, "");
		if (isIP(hostname) !== 0 && !addressAllowed(hostname)) throw refusedAddress(hostname);
		return hostname;
	}

	return {
		async connect(target) {
			const { tls, signal, idleMs, timeoutMs = defaultTimeoutMs } = target;
			const hostname = hostOf(target);
			const givenUp = (): OutboundFailure =>
				new OutboundFailure("network", "The connection was given up", { cause: signal?.reason });
			if (signal?.aborted) throw givenUp();

			const socket = open(target, hostname, lookup);
			// For as long as the socket lives: an error without a listener would end the program.
			socket.on("error", () => {});
			const abort = (): void => void socket.destroy(givenUp());
			signal?.addEventListener("abort", abort, { once: true });
			socket.once("close", () => signal?.removeEventListener("abort", abort));
			const tooSlow = (): void => void socket.destroy(new OutboundFailure("timeout", "No connection in time"));
			const timer = setTimeout(tooSlow, timeoutMs);
			try {
				await connected(socket, tls, () => faultOfReached(socket, hostname, addressAllowed));
			} catch (error) {
				throw failureOf(error);
			} finally {
				clearTimeout(timer);
			}
			const tooQuiet = (): void => void socket.destroy(new OutboundFailure("timeout", "The connection was silent"));
			if (idleMs !== undefined) socket.setTimeout(idleMs, tooQuiet);
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

/** Resolves when the connection stands; `fault` says what is wrong with where it leads, before TLS says its first word. */
function connected(socket: Socket, tls: boolean, fault: () => Error | undefined): Promise<void> {
	return new Promise((resolve, reject) => {
		// Before the listener by which TLS begins.
		socket.prependOnceListener("connect", () => {
			const wrong = fault();
			if (wrong !== undefined) socket.destroy(wrong);
			else if (!tls) resolve();
		});
		socket.once("secureConnect", resolve);
		socket.once("error", reject);
		socket.once("close", () => reject(new Error("The connection closed at once")));
	});
}

const failureOf = (error: unknown): OutboundFailure =>
	error instanceof OutboundFailure
		? error
		: new OutboundFailure("network", "The connection could not be made", { cause: error });
