import { once } from "node:events";
import type { Server as HttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { platform } from "node:os";
import { assertCanListen, type ListenAddress, type ListenSection, listenError } from "./listen-error.ts";

/** How many sockets listen on the port, where the system distributes connections among them. */
const listeners = platform() === "linux" ? 32 : 1;
/** How many new connections wait in the system, for each listening socket; beyond that, clients wait for a second and more. */
const backlog = 1024;

export interface Acceptors {
	readonly port: number;
	/** Accepts no further connections. Resolves when all of them have closed. */
	close(): Promise<void>;
}

/**
 * Accepts connections for an HTTP server. Node accepts one connection in each turn of the event loop from each listening socket: with a single
 * one, new connections wait for as many turns as there are connections before them, and under load a turn takes long.
 *
 * @param section the section of the configuration that the address is from
 * @param highWaterMark how much is buffered for a connection, in bytes
 * @throws {SetupError} it can't listen there
 */
export async function acceptFor(
	server: HttpServer,
	address: ListenAddress,
	section: ListenSection,
	highWaterMark: number,
): Promise<Acceptors> {
	// Sockets that share a port would also share it with those of another process.
	if (address.port !== 0) await assertCanListen(address, section);
	const accept = (socket: Socket): void => void server.emit("connection", socket);
	const open: Server[] = [];
	let { port } = address;
	for (let i = 0; i < listeners; i++) {
		const acceptor = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark }, accept);
		acceptor.listen({ host: address.host, port, backlog, reusePort: listeners > 1 });
		await once(acceptor, "listening").catch((error: unknown) => {
			for (const other of open) other.close();
			throw listenError(error, address, section);
		});
		({ port } = acceptor.address() as { port: number });
		open.push(acceptor);
	}
	// The server doesn't listen itself. At this event it begins to check the time limits of its connections.
	server.emit("listening");
	return {
		port,
		async close() {
			await Promise.all(open.map((acceptor) => new Promise((resolve) => acceptor.close(resolve))));
		},
	};
}
