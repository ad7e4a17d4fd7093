import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A response of a client's web server. */
export interface Answer {
	readonly body?: unknown;
	/** Sent verbatim, instead of `body`. */
	readonly text?: string;
	readonly type?: string;
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
}

/** A web server on loopback that serves clients' documents and records requests. */
export interface ClientHost extends AsyncDisposable {
	readonly origin: string;
	readonly asked: readonly string[];
	/** Serves a document and returns its URL. */
	serve(path: string, answer: (url: string) => Answer): string;
}

export async function startClientHost(): Promise<ClientHost> {
	const answers = new Map<string, Answer>();
	const asked: string[] = [];
	const server = createServer((request, response) => {
		const path = request.url ?? "";
		asked.push(path);
		const {
			body,
			text = JSON.stringify(body),
			type = "application/json",
			status = 200,
			headers = {},
		} = answers.get(path) ?? { status: 404, body: {} };
		response.writeHead(status, { "content-type": type, ...headers }).end(text);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		origin,
		asked,
		serve(path, answer) {
			answers.set(path, answer(origin + path));
			return origin + path;
		},
		async [Symbol.asyncDispose]() {
			server.close();
			server.closeAllConnections();
		},
	};
}
