import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import test, { type ExecutionContext } from "ava";
import { z } from "zod";
import { empty, json, noContent, ok, streamOf } from "../../src/http/base/answers.ts";
import { operation, upload } from "../../src/http/base/operation.ts";
import { type Route, route } from "../../src/http/base/route.ts";
import { tableDoor } from "../../src/http/base/table-door.ts";
import { createRateLimits } from "../../src/http/middleware/rate-limits.ts";
import { runRoute } from "../../src/http/middleware/run-route.ts";
import { createMetrics } from "../../src/http/operators/metrics.ts";
import { listen } from "../../src/http/server.ts";
import { stackOf } from "../../src/http/stack.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { standstill, until } from "../support/wait.ts";
import { openDoor, wideLimits } from "./door.ts";

const binary = "application/octet-stream";
const reading = operation("read", "Read a stream", { answers: { 200: streamOf(binary) } });
const writing = (maxBytes: number) =>
	operation("write", "Write a stream", {
		body: upload(binary, maxBytes),
		answers: { 200: json(z.strictObject({ bytes: z.int() })), 204: empty() },
	});

/** A server of only these routes, with all middleware of the API. */
async function serve(t: ExecutionContext, routes: readonly Route[]) {
	const logged: { readonly message: string; readonly err: unknown }[] = [];
	const log = (fields: object, message: string) => logged.push({ message, err: (fields as { err?: unknown }).err });
	const base = await openDoor();
	const context = { ...base.context, logger: { ...silentLogger, warn: log, error: log } };
	const services = { context, federation: undefined as never, limits: wideLimits };
	const rates = createRateLimits(wideLimits);
	const door = tableDoor(
		"test",
		"api",
		routes.map((line) => ({ ...line, answer: runRoute(line, services, rates) })),
	);
	const health = { state: () => "ready" as const, storeTrouble: async () => undefined };
	const app = stackOf(
		{ context, health, metrics: createMetrics(), behindProxy: false, oauth: { cookieKeys: ["k"] } },
		{ bridges: [], probes: [], doors: [door], asPage: () => undefined },
	);
	const server = await listen(app, { host: "127.0.0.1", port: 0 });
	t.teardown(async () => {
		await server.close(100);
		await base.close();
	});
	return { url: `http://127.0.0.1:${server.port}`, port: server.port, logged };
}

/** The server's end of the connection on which the next request to a port arrives. */
function acceptedBy(t: ExecutionContext, port: number): Promise<Socket> {
	const { promise, resolve } = Promise.withResolvers<Socket>();
	const note = (message: unknown): void => {
		const { socket } = message as { readonly socket: Socket };
		if (socket.localPort === port) resolve(socket);
	};
	subscribe("http.server.request.start", note);
	t.teardown(() => unsubscribe("http.server.request.start", note));
	return promise;
}

/** The head of a response whose body has not been read. */
const head = (url: string, options: object = {}): Promise<IncomingMessage> =>
	new Promise((resolve, reject) => {
		request(url, { agent: false, ...options })
			.once("response", resolve)
			.once("error", reject)
			.end();
	});

async function bytesOf(response: IncomingMessage): Promise<number> {
	let size = 0;
	for await (const chunk of response) size += (chunk as Buffer).length;
	return size;
}

const chunk = Buffer.alloc(64 * 1024, "x");

/** A source of `count` chunks that records how it ends. */
function source(count: number, fail?: Error) {
	const state = { taken: 0, closed: false };
	async function* chunks() {
		try {
			for (; state.taken < count; state.taken++) yield chunk;
			if (fail !== undefined) throw fail;
		} finally {
			state.closed = true;
		}
	}
	return { state, body: chunks() };
}

test("a body is streamed with its Content-Type, and with a Content-Length if the handler knows it", async (t) => {
	const { url } = await serve(t, [
		route("GET", "/open", "none", "read", reading, async () => ({ status: 200, body: source(10).body })),
		route("GET", "/known", "none", "read", reading, async () => ({
			status: 200,
			body: source(10).body,
			headers: { "Content-Length": String(10 * chunk.length) },
		})),
	]);
	const open = await head(`${url}/open`);
	t.is(open.headers["content-type"], binary);
	t.is(open.headers["transfer-encoding"], "chunked");
	t.is(await bytesOf(open), 10 * chunk.length);
	const known = await head(`${url}/known`);
	t.is(known.headers["content-length"], String(10 * chunk.length));
	t.is(known.headers["transfer-encoding"], undefined);
	t.is(await bytesOf(known), 10 * chunk.length);
});

test("a client that does not read pauses the source, and nothing is lost when it resumes", async (t) => {
	const { state, body } = source(1000);
	const { url } = await serve(t, [route("GET", "/", "none", "read", reading, async () => ({ status: 200, body }))]);
	const response = await head(url);
	const taken = await standstill("the source to stand still", () => state.taken);
	// 64 MB in all, far more than the buffers of two sockets hold.
	t.true(taken < 500, `${taken} chunks were taken`);
	t.is(await bytesOf(response), 1000 * chunk.length);
	t.true(state.closed);
});

test("HEAD returns the headers of GET and closes the source", async (t) => {
	const { state, body } = source(1000);
	const { url } = await serve(t, [route("GET", "/", "none", "read", reading, async () => ({ status: 200, body }))]);
	const response = await head(url, { method: "HEAD" });
	t.deepEqual([response.statusCode, response.headers["content-type"]], [200, binary]);
	t.is(await bytesOf(response), 0);
	await until("the source to close", () => state.closed || state.taken === 0);
});

test("a client that disconnects closes the source, and no error is logged", async (t) => {
	const { state, body } = source(100_000);
	const { url, logged } = await serve(t, [
		route("GET", "/", "none", "read", reading, async () => ({ status: 200, body })),
	]);
	const response = await head(url);
	response.destroy();
	await until("the source to close", () => state.closed);
	t.true(state.taken < 500);
	t.deepEqual(logged, []);
});

test("a client that disconnects before the source exists closes it as well", async (t) => {
	const [entered, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
	const body = new Readable({ read() {} });
	body.push("begun");
	const { url, port, logged } = await serve(t, [
		route("GET", "/", "none", "read", reading, async () => {
			entered.resolve();
			await released.promise;
			return { status: 200, body };
		}),
	]);
	const accepted = acceptedBy(t, port);
	const asking = request(url, { agent: false }).on("error", () => {});
	asking.end();
	await entered.promise;
	const noticed = once(await accepted, "close").catch(() => {});
	asking.socket?.resetAndDestroy();
	// Otherwise the server would only notice in the middle of the response.
	await noticed;
	released.resolve();
	await until("the source to close", () => body.destroyed);
	t.deepEqual(logged, []);
});

test("a source that fails in the middle cuts the connection, so that a part can't be mistaken for the whole; it is logged", async (t) => {
	const failure = new Error("the disk is gone");
	const { url, logged } = await serve(t, [
		route("GET", "/", "none", "read", reading, async () => ({ status: 200, body: source(3, failure).body })),
	]);
	const response = await head(url);
	t.is(response.statusCode, 200);
	await t.throwsAsync(bytesOf(response), { code: "ECONNRESET" });
	await until("the line in the log", () => logged.length > 0);
	t.deepEqual(logged, [{ message: "A request failed", err: failure }]);
});

test("a client that does not accept the type of a stream gets 406", async (t) => {
	const { url } = await serve(t, [
		route("GET", "/", "none", "read", reading, async () => ({ status: 200, body: source(1).body })),
	]);
	const accepting = async (accept: string) => {
		const response = await fetch(url, { headers: { accept } });
		return [response.status, (await response.bytes()).length > 0];
	};
	t.deepEqual(await accepting("application/json"), [406, true]);
	t.deepEqual(await accepting("application/*"), [200, true]);
});

/** Sends a body with fetch. */
async function send(url: string, body: Uint8Array | AsyncIterable<Buffer>, headers: Record<string, string> = {}) {
	const response = await fetch(url, {
		method: "POST",
		headers: { "content-type": binary, ...headers },
		body: (body instanceof Uint8Array ? body : ReadableStream.from(body)) as unknown as string,
		duplex: "half",
	} as RequestInit);
	return { status: response.status, body: (await response.json()) as { readonly bytes?: number } };
}

/** Counts the bytes that it receives. */
const counting = (maxBytes: number, seen = { bytes: 0 }) =>
	route("POST", "/", "none", "post", writing(maxBytes), async ({ body }) => {
		let bytes = 0;
		for await (const part of body) {
			bytes += (part as Buffer).length;
			seen.bytes = bytes;
		}
		return ok({ bytes });
	});

test("an upload is passed on as it arrives, up to its limit", async (t) => {
	const { url } = await serve(t, [counting(10 * chunk.length)]);
	t.deepEqual(await send(url, Buffer.alloc(0)), { status: 200, body: { bytes: 0 } });
	t.deepEqual(await send(url, Buffer.alloc(5)), { status: 200, body: { bytes: 5 } });
	t.deepEqual(await send(url, source(10).body), { status: 200, body: { bytes: 10 * chunk.length } });
	t.is((await send(url, Buffer.alloc(5), { "content-type": "application/json" })).status, 415);
	t.is((await send(url, Buffer.alloc(5), { "content-encoding": "gzip" })).status, 415);
});

/** Sends endlessly on its own socket. Resolves with the response when the connection is closed. */
async function flood(port: number, headers: readonly string[], frame: (data: Buffer) => Buffer) {
	const socket = connect(port, "127.0.0.1");
	let answer = "";
	let sent = 0;
	const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
	socket.on("error", () => {}).on("data", (data) => (answer += data.toString("latin1")));
	socket.write(["POST / HTTP/1.1", "Host: x", `Content-Type: ${binary}`, ...headers, "", ""].join("\r\n"));
	const pump = (): void => {
		while (!socket.destroyed && sent < 1024 * 1024 * 1024) {
			sent += chunk.length;
			if (!socket.write(frame(chunk))) return void socket.once("drain", pump);
		}
	};
	pump();
	await closed;
	return { answer, sent };
}

test("an upload is rejected as soon as it exceeds its limit, and the rest is not read", async (t) => {
	const seen = { bytes: 0 };
	const max = 10 * chunk.length;
	const { port, logged } = await serve(t, [counting(max, seen)]);
	const frame = (data: Buffer) =>
		Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from("\r\n")]);
	const { answer, sent } = await flood(port, ["Transfer-Encoding: chunked"], frame);
	t.regex(answer, /^HTTP\/1\.1 413 /);
	t.regex(answer, /\r\nConnection: close\r\n/i);
	t.regex(answer, /"errorCode":"payload_too_large"/);
	t.true(seen.bytes <= max);
	t.true(sent < 32 * 1024 * 1024, `${sent} bytes were taken`);
	t.deepEqual(logged, []);
});

test("an upload with too large a Content-Length is rejected unread", async (t) => {
	const seen = { bytes: 0 };
	const { port } = await serve(t, [counting(1000, seen)]);
	const { answer, sent } = await flood(port, ["Content-Length: 1001001001001"], (data) => data);
	t.regex(answer, /^HTTP\/1\.1 413 /);
	t.is(seen.bytes, 0);
	t.true(sent < 32 * 1024 * 1024, `${sent} bytes were taken`);
});

test("an upload is read no faster than its handler consumes it", async (t) => {
	const { promise: go, resolve: release } = Promise.withResolvers<void>();
	const slow = route("POST", "/", "none", "post", writing(1024 * 1024 * 1024), async ({ body }) => {
		await go;
		let bytes = 0;
		for await (const part of body) bytes += (part as Buffer).length;
		return ok({ bytes });
	});
	const { url } = await serve(t, [slow]);
	const { state, body } = source(1000);
	const answer = send(url, body);
	let before = -1;
	await until("the sender to stand still", () => {
		const isStill = state.taken === before && state.taken > 0;
		before = state.taken;
		return isStill;
	});
	t.true(state.taken < 500, `${state.taken} chunks were taken`);
	release();
	t.deepEqual(await answer, { status: 200, body: { bytes: 1000 * chunk.length } });
});

test("a response before the whole upload was read closes the connection", async (t) => {
	const refusing = route("POST", "/", "none", "post", writing(1024 * 1024 * 1024), async () => noContent);
	const { port } = await serve(t, [refusing]);
	const { answer, sent } = await flood(port, ["Content-Length: 1000000000"], (data) => data);
	t.regex(answer, /^HTTP\/1\.1 204 /);
	t.true(sent < 32 * 1024 * 1024, `${sent} bytes were taken`);
});

test("a client that disconnects during an upload makes the handler fail, and no error is logged", async (t) => {
	const { promise: failed, resolve: fail } = Promise.withResolvers<unknown>();
	const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
	const watching = route("POST", "/", "none", "post", writing(1024 * 1024), async ({ body }) => {
		begin();
		try {
			for await (const _ of body);
		} catch (error) {
			fail(error);
			throw error;
		}
		return noContent;
	});
	const { port, logged } = await serve(t, [watching]);
	const socket = connect(port, "127.0.0.1");
	socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${binary}\r\nContent-Length: 1000\r\n\r\nhalf`);
	await begun;
	socket.destroy();
	t.is(((await failed) as Error).constructor.name, "ClientGone");
	t.deepEqual(logged, []);
});
