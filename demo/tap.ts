import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it came over the wire. */
export interface Seen {
	readonly method: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: string;
	readonly status: number;
}

/** Stands in front of a server, passes everything on unchanged and tells what went by. */
export interface Tap extends AsyncDisposable {
	readonly port: number;
	/** Where the server behind it listens, once it is known. */
	to(port: number): void;
}

/** @param port absent: a free one */
export async function openTap(tell: (seen: Seen) => void, port = 0): Promise<Tap> {
	let behind = 0;
	const server = createServer((incoming, outgoing) => {
		const chunks: Buffer[] = [];
		const { method = "GET", url: path = "/", headers } = incoming;
		const onward = send({ host: "127.0.0.1", port: behind, method, path, headers }, (answer) => {
			outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(outgoing);
			tell({ method, path, headers, body: Buffer.concat(chunks).toString("utf8"), status: answer.statusCode ?? 0 });
		});
		onward.on("error", () => outgoing.writeHead(502).end());
		incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
		incoming.pipe(onward);
	});
	await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
	return {
		port: (server.address() as AddressInfo).port,
		to(port) {
			behind = port;
		},
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
