import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/** A proxy between a client and a server that can cut their connections at critical moments. */
export async function startProxy(host: string, port: number) {
	const sockets = new Set<Socket>();
	let refusing = false;
	let hanging = false;
	let losing = false;
	let lost = 0;

	const server = createServer((client) => {
		if (refusing) return client.destroy();
		const upstream = connect(port, host);
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			socket.on("error", () => {});
			socket.on("close", () => {
				sockets.delete(socket);
				client.destroy();
				upstream.destroy();
			});
		}
		let isInsert = false;
		client.on("data", (chunk) => {
			if (hanging) return;
			isInsert = chunk.includes("insert");
			upstream.write(chunk);
		});
		upstream.on("data", (chunk) => {
			if (losing && isInsert) {
				losing = false;
				lost++;
				client.destroy();
			} else if (!hanging) client.write(chunk);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

	return {
		port: (server.address() as AddressInfo).port,
		get lost() {
			return lost;
		},
		/** The next insert reaches the server, but its response does not reach the client. */
		loseNextAnswer(): void {
			losing = true;
		},
		refuse(yes: boolean): void {
			refusing = yes;
			if (yes) for (const socket of sockets) socket.destroy();
		},
		/** Connections are accepted, and nothing is ever answered. Those that have hung are cut when it is over. */
		hang(yes: boolean): void {
			hanging = yes;
			if (!yes) for (const socket of sockets) socket.destroy();
		},
		async stop(): Promise<void> {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
