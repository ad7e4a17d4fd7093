import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type Koa from "koa";
import { http } from "./base/required.ts";
import { refuseBrokenRequest } from "./broken-request.ts";
import { type ListenAddress, type ListenSection, listenError } from "./listen-error.ts";

/** A port of 0 stands for any free one. */
export interface ListenOptions extends ListenAddress {
	/** The section of the configuration that the address is from; `listen` if absent. */
	readonly section?: ListenSection;
	/** Ends responses that never end by themselves (event streams), once no new requests are accepted. */
	readonly onClosing?: () => void;
}

export interface Listening {
	readonly port: number;
	/** Stops accepting requests, ends streams, waits at most `graceMs` for pending requests, then closes all connections. */
	close(graceMs?: number): Promise<void>;
}

/** Timeouts of a client's request, in milliseconds: short enough against slow attacks, long enough for slow phones. */
const patience = { headers: 10_000, request: 20_000 };

/** Clients that poll every minute keep their connection; Node's own 5 s would race them (design §6). */
const keepAliveMs = 65_000;

/** Listens on the port. @throws {SetupError} it is in use, or the system does not allow it */
export async function listen(
	app: Koa,
	{ host, port, section = "listen", onClosing }: ListenOptions,
): Promise<Listening> {
	const answer = app.callback();
	const current = new WeakMap<Duplex, ServerResponse>();
	const server = http.createServer(
		{
			keepAliveTimeout: keepAliveMs,
			headersTimeout: patience.headers,
			requestTimeout: patience.request,
			connectionsCheckingInterval: 2_000,
			// The longest query that the API takes, percent-encoded, beside its other headers.
			maxHeaderSize: 32 * 1024,
			noDelay: true,
		},
		(request, response) => {
			current.set(request.socket, response);
			void answer(request, response);
		},
	);
	server.on("clientError", (error, socket) => refuseBrokenRequest(error, socket, current.get(socket)));
	server.maxRequestsPerSocket = 0;
	await opened(server, { host, port }, section);
	return {
		port: (server.address() as AddressInfo).port,
		async close(graceMs = 10_000) {
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			onClosing?.();
			server.closeIdleConnections();
			// A keep-alive connection that becomes idle later would otherwise keep the server open.
			const idle = setInterval(() => server.closeIdleConnections(), 100);
			const grace = setTimeout(() => server.closeAllConnections(), graceMs);
			await closed;
			clearInterval(idle);
			clearTimeout(grace);
		},
	};
}

function opened(server: Server, address: ListenAddress, section: ListenSection): Promise<void> {
	return new Promise((resolve, reject) => {
		const fail = (error: Error): void => reject(listenError(error, address, section));
		server.once("error", fail);
		server.listen({ ...address }, () => {
			server.off("error", fail);
			resolve();
		});
	});
}
