import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Peer extends AsyncDisposable {
	readonly port: number;
	readonly url: URL;
	readonly server: Server;
	/** Sockets that were ever opened. */
	sockets: number;
	requests: number;
}

/** An HTTP server on a free port of the loopback interface. */
export async function startPeer(listener: RequestListener): Promise<Peer> {
	const server = createServer((request, response) => {
		peer.requests++;
		listener(request, response);
	});
	const opened = Promise.withResolvers<void>();
	server.listen(0, "127.0.0.1", opened.resolve);
	await opened.promise;
	const { port } = server.address() as AddressInfo;
	const peer: Peer = {
		port,
		server,
		url: new URL(`http://127.0.0.1:${port}/inbox?x=1`),
		sockets: 0,
		requests: 0,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			const closed = Promise.withResolvers<unknown>();
			server.close(closed.resolve);
			await closed.promise;
		},
	};
	server.on("connection", () => peer.sockets++);
	return peer;
}
