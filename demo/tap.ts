import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";

/** A request, and the status that answered it. */
export interface Exchange {
	readonly method: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: string;
	readonly status: number;
}

/** A reverse proxy that passes everything on unchanged, and reports every request with its answer. */
export interface Tap extends AsyncDisposable {
	readonly port: number;
	/** Sets the port of the server behind it. */
	forwardTo(port: number): void;
}

/** @param port if absent, a free one is used */
export async function openTap(report: (exchange: Exchange) => void, port = 0): Promise<Tap> {
	let behind = 0;
	const server = createServer((incoming, outgoing) => {
		const chunks: Buffer[] = [];
		const { method = "GET", url: path = "/", headers } = incoming;
		const onward = send({ host: "127.0.0.1", port: behind, method, path, headers }, (answer) => {
			outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(outgoing);
			report({ method, path, headers, body: Buffer.concat(chunks).toString("utf8"), status: answer.statusCode ?? 0 });
		});
		onward.on("error", () => outgoing.writeHead(502).end());
		incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
		incoming.pipe(onward);
	});
	await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
	return {
		port: (server.address() as AddressInfo).port,
		forwardTo(port) {
			behind = port;
		},
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
