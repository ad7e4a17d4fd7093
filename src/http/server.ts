import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type Koa from "koa";
import { acceptFor } from "./acceptors.ts";
import { http } from "./base/required.ts";
import { refuseBrokenRequest } from "./broken-request.ts";
import type { Gate } from "./gate.ts";
import type { ListenAddress, ListenSection } from "./listen-error.ts";

/** A port of 0 stands for any free one. */
export interface ListenOptions extends ListenAddress {
	/** The section of the configuration that the address is from; `listen` if absent. */
	readonly section?: ListenSection;
	/** Decides which requests are answered; if absent, all of them are. */
	readonly gate?: Gate;
	/** Called for each new connection. */
	readonly onConnection?: () => void;
	/** How many connections may be open. Further ones are closed at once. */
	readonly connections?: number;
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

/** How much is buffered for clients that send or read slowly. */
const bufferedBytes = 16 * 1024;

/** Listens on the port. @throws {SetupError} it is in use, or the system does not allow it */
export async function listen(app: Koa, options: ListenOptions): Promise<Listening> {
	const { host, port, section = "listen", gate = answerAll, connections, onConnection, onClosing } = options;
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
			highWaterMark: bufferedBytes,
		},
		(request, response) => {
			current.set(request.socket, response);
			gate(request, response, () => answer(request, response));
		},
	);
	// A client that asks first is not told to send its body before the request is admitted.
	server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
		current.set(request.socket, response);
		gate(request, response, () => {
			response.writeContinue();
			return answer(request, response);
		});
	});
	if (onConnection !== undefined) server.on("connection", onConnection);
	if (connections !== undefined) limitConnections(server, connections);
	server.on("clientError", (error, socket) => refuseBrokenRequest(error, socket, current.get(socket)));
	server.maxRequestsPerSocket = 0;
	const acceptors = await acceptFor(server, { host, port }, section, bufferedBytes);
	return {
		port: acceptors.port,
		async close(graceMs = 10_000) {
			const closed = acceptors.close();
			onClosing?.();
			server.closeIdleConnections();
			// A keep-alive connection that becomes idle later would otherwise keep the server open.
			const idle = setInterval(() => server.closeIdleConnections(), 100);
			const grace = setTimeout(() => server.closeAllConnections(), graceMs);
			await closed;
			// It has never listened itself, but checks its connections from time to time.
			server.close();
			clearInterval(idle);
			clearTimeout(grace);
		},
	};
}

const answerAll: Gate = (_request, _response, answer) => void answer();

/** Refuses connections beyond the limit, and makes room by closing those that are idle. */
function limitConnections(server: Server, connections: number): void {
	let open = 0;
	let madeRoomAt = 0;
	server.prependListener("connection", (socket: Socket) => {
		open++;
		socket.once("close", () => open--);
		if (open <= connections) return;
		socket.destroy();
		// Looking through all connections takes a while.
		if (performance.now() - madeRoomAt < 1000) return;
		madeRoomAt = performance.now();
		server.closeIdleConnections();
	});
}
