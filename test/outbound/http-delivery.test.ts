import type { ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import test, { type ExecutionContext } from "ava";
import { type HttpClient, OutboundFailure } from "#core/ports/http-client.ts";
import { createHttpClient } from "../../src/outbound/http-client.ts";
import { startPeer } from "./data/peer.ts";

/** Far longer than any answer of these peers takes, so that nothing here succeeds by a time-out. */
const timeoutMs = 60_000;

function local(t: ExecutionContext, limits: { readonly timeoutMs?: number } = {}): HttpClient {
	const http = createHttpClient({ userAgent: "causeway/1 (test)", insecureLocalhost: true, timeoutMs, ...limits });
	t.teardown(() => http.close());
	return http;
}

const post = (url: URL | string) => ({ method: "POST", url: new URL(url), headers: {}, body: "{}" }) as const;

/** A server that writes these bytes for every request, and leaves the connection open unless `then` ends it. */
async function startRaw(
	t: ExecutionContext,
	bytes: string,
	then: (socket: Socket) => void = () => {},
): Promise<string> {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => {}).on("data", () => socket.write(bytes, () => then(socket)));
	});
	t.teardown(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}/inbox`;
}

const bodies: Readonly<Record<string, (response: ServerResponse) => void>> = {
	"one byte at a time": (response) => {
		const drip = setInterval(() => response.write("x"), 20);
		response.on("close", () => clearInterval(drip));
	},
	"that never begins": (response) => response.flushHeaders(),
	"longer than is read": (response) => response.end("<p>".repeat(100_000)),
	"without an end": (response) => {
		const page = Buffer.alloc(64 * 1024, "<");
		const more = (): void => void (!response.destroyed && response.write(page, more));
		more();
	},
	"of an announced terabyte": (response) => {
		response.setHeader("content-length", 1e12);
		response.write("x");
	},
	"that is cut": (response) => {
		response.setHeader("content-length", 1000);
		response.write("half", () => response.destroy());
	},
	"that can't be decoded": (response) => {
		response.setHeader("content-encoding", "gzip");
		response.end("not packed");
	},
};

for (const [what, write] of Object.entries(bodies)) {
	test(`a delivery is answered by its status, even with a body ${what}, and so are those after it`, async (t) => {
		await using peer = await startPeer((_request, response) => {
			response.statusCode = 202;
			response.setHeader("x-seen", "yes");
			write(response);
		});
		const http = local(t);
		for (let n = 0; n < 5; n++) {
			const { status, headers } = await http.deliver(post(peer.url));
			t.deepEqual([status, headers["x-seen"]], [202, "yes"]);
		}
		t.is(peer.requests, 5);
	});
}

test("a delivery is answered by its status, even if the framing of the body is broken", async (t) => {
	const url = await startRaw(t, "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\nno chunk at all\r\n");
	const http = local(t);
	for (let n = 0; n < 5; n++) t.is((await http.deliver(post(url))).status, 202);
});

test("an interim response is not the answer to a delivery", async (t) => {
	const url = await startRaw(t, "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 410 Gone\r\n\r\n", (s) =>
		s.end(),
	);
	t.is((await local(t).deliver(post(url))).status, 410);
});

test("the socket of a body that is not worth reading is closed", async (t) => {
	const closed = Promise.withResolvers<void>();
	await using peer = await startPeer((_request, response) => {
		response.on("close", closed.resolve);
		response.writeHead(202).write("x");
	});
	await local(t).deliver(post(peer.url));
	await closed.promise;
	t.pass();
});

test("deliveries with short bodies share two sockets", async (t) => {
	await using peer = await startPeer((_request, response) => void setTimeout(() => response.end("thank you"), 2));
	const http = local(t);
	await Promise.all(Array.from({ length: 30 }, () => http.deliver(post(peer.url))));
	for (let n = 0; n < 10; n++) await http.deliver(post(peer.url));
	t.is(peer.requests, 40);
	t.true(peer.sockets <= 2, `${peer.sockets} sockets`);
});

test("a delivery without a status fails: a time-out, a reset, a connection that closes, what is not HTTP, an abort", async (t) => {
	const failsWith = async (promise: Promise<unknown>, kind: OutboundFailure["kind"]) =>
		t.is((await t.throwsAsync(promise, { instanceOf: OutboundFailure })).kind, kind);
	await using silent = await startPeer(() => {});
	await failsWith(local(t, { timeoutMs: 100 }).deliver(post(silent.url)), "timeout");
	await using resetting = await startPeer((request) => request.socket.resetAndDestroy());
	await failsWith(local(t).deliver(post(resetting.url)), "network");
	const closing = await startRaw(t, "", (socket) => socket.end());
	await failsWith(local(t).deliver(post(closing)), "network");
	const babbling = await startRaw(t, "hello\r\n\r\n", (socket) => socket.end());
	await failsWith(local(t).deliver(post(babbling)), "network");
	const stop = new AbortController();
	const stopped = failsWith(local(t).deliver({ ...post(silent.url), signal: stop.signal }), "network");
	stop.abort();
	await stopped;
	await failsWith(local(t).deliver({ ...post(silent.url), signal: stop.signal }), "network");
});

test("every guard applies to deliveries", async (t) => {
	for (const url of ["https://10.0.0.1/inbox", "ftp://127.0.0.1/", "http://8.8.8.8/"])
		t.is((await t.throwsAsync(local(t).deliver(post(url)), { instanceOf: OutboundFailure })).kind, "refused");
});
