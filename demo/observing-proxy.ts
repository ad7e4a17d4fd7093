import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it went over the wire. */
export interface ObservedRequest {
	readonly method: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: string;
	readonly status: number;
}

/** A proxy in front of a server that forwards everything unchanged and reports each request. */
export interface ObservingProxy extends AsyncDisposable {
	readonly port: number;
	/** Sets the port of the server behind it. */
	forwardTo(port: number): void;
}

/** @param port absent: a free one */
export async function openProxy(onRequest: (request: ObservedRequest) => void, port = 0): Promise<ObservingProxy> {
	let target = 0;
	const server = createServer((incoming, outgoing) => {
		const chunks: Buffer[] = [];
		const { method = "GET", url: path = "/", headers } = incoming;
		const forwarded = send({ host: "127.0.0.1", port: target, method, path, headers }, (answer) => {
			outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(outgoing);
			onRequest({
				method,
				path,
				headers,
				body: Buffer.concat(chunks).toString("utf8"),
				status: answer.statusCode ?? 0,
			});
		});
		forwarded.on("error", () => outgoing.writeHead(502).end());
		incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
		incoming.pipe(forwarded);
	});
	await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
	return {
		port: (server.address() as AddressInfo).port,
		forwardTo(port) {
			target = port;
		},
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
