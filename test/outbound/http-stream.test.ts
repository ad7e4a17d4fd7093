import type { IncomingMessage, ServerResponse } from "node:http";
import type { LookupFunction } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import test, { type ExecutionContext } from "ava";
import { type HttpClient, OutboundFailure, type StreamRequest } from "#core/ports/http-client.ts";
import { createHttpClient, type HttpClientOptions } from "../../src/outbound/http-client.ts";
import { until } from "../support/wait.ts";
import { startPeer } from "./data/peer.ts";
import { specialAddresses } from "./data/special-addresses.ts";

const MiB = 1024 * 1024;

function local(t: ExecutionContext, options: Partial<HttpClientOptions> = {}): HttpClient {
	const made = createHttpClient({ userAgent: "test", insecureLocalhost: true, ...options });
	t.teardown(() => made.close());
	return made;
}
const get = (url: URL | string, more: Partial<StreamRequest> = {}): StreamRequest => ({
	method: "GET",
	url: new URL(url),
	headers: {},
	...more,
});

async function fails(t: ExecutionContext, promise: Promise<unknown>, kind: OutboundFailure["kind"]): Promise<void> {
	const error = await t.throwsAsync(promise, { instanceOf: OutboundFailure });
	t.is((error as OutboundFailure).kind, kind, error?.message);
}

/** Reads a body to its end. `chunks` also keeps what arrived before a failure. */
async function read(body: AsyncIterable<Buffer>, chunks: Buffer[] = []): Promise<Buffer> {
	for await (const chunk of body) chunks.push(chunk);
	return Buffer.concat(chunks);
}

const isClosed = (response: ServerResponse | undefined) => response?.destroyed === true;

test("headers are available before the body, and each chunk as it arrives", async (t) => {
	const going = Promise.withResolvers<void>();
	await using peer = await startPeer((_request, response) => {
		response.setHeader("x-seen", "yes");
		response.write("first");
		void going.promise.then(() => response.end("last"));
	});
	const { status, headers, body } = await local(t).stream(get(peer.url));
	t.is(status, 200);
	t.is(headers["x-seen"], "yes");
	const pieces = body[Symbol.asyncIterator]();
	t.is(String((await pieces.next()).value), "first");
	going.resolve();
	t.is(String((await pieces.next()).value), "last");
	t.true((await pieces.next()).done);
});

test("the socket of a response that was read is reused, and a response without a body is empty", async (t) => {
	await using peer = await startPeer((request, response) =>
		request.url === "/none" ? response.writeHead(204).end() : response.end("x".repeat(1000)),
	);
	const http = local(t);
	for (let i = 0; i < 5; i++) t.is((await read((await http.stream(get(peer.url))).body)).length, 1000);
	t.is((await read((await http.stream(get(new URL("/none", peer.url)))).body)).length, 0);
	t.true(peer.sockets <= 2, `${peer.sockets} sockets for 6 answers`);
});

test("redirects are not followed, and every guard applies", async (t) => {
	await using peer = await startPeer((_request, response) =>
		response.writeHead(302, { location: "http://10.0.0.1/" }).end(),
	);
	const { status, headers, body } = await local(t).stream(get(peer.url));
	t.is(status, 302);
	t.is(headers.location, "http://10.0.0.1/");
	await read(body);
	t.is(peer.requests, 1);
	const resolvingTo =
		(address: string): LookupFunction =>
		(_hostname, _options, callback) =>
			callback(null, [{ address, family: address.includes(":") ? 6 : 4 }]);
	for (const address of specialAddresses) {
		const http = local(t, { insecureLocalhost: false, lookup: resolvingTo(address) });
		await fails(t, http.stream(get("https://peer.example/")), "refused");
	}
	await fails(t, local(t, { deny: ["127.0.0.1"] }).stream(get(peer.url)), "refused");
	await fails(t, local(t, { insecureLocalhost: false }).stream(get(peer.url)), "refused");
});

test("a body over the cap fails as early as possible: at its announced length, or at the first byte beyond the cap", async (t) => {
	const read1500: (() => void)[] = [];
	await using peer = await startPeer((request, response) => {
		if (request.url === "/announced") response.setHeader("content-length", 2000);
		response.write(Buffer.alloc(1500));
		read1500.push(() => response.end(Buffer.alloc(500)));
	});
	const http = local(t);
	await fails(t, http.stream(get(new URL("/announced", peer.url), { maxBytes: 1999 })), "too-large");
	const chunks: Buffer[] = [];
	const { body } = await http.stream(get(new URL("/chunked", peer.url), { maxBytes: 1999 }));
	const reading = fails(t, read(body, chunks), "too-large");
	await until("what fits was read", () => Buffer.concat(chunks).length === 1500);
	read1500.at(-1)?.();
	await reading;
	t.is(Buffer.concat(chunks).length, 1500);
	const whole = await http.stream(get(new URL("/chunked", peer.url), { maxBytes: 2000 }));
	read1500.at(-1)?.();
	t.is((await read(whole.body)).length, 2000);
});

test("a body without an end stops at the cap", async (t) => {
	let answered: ServerResponse | undefined;
	await using peer = await startPeer((_request, response) => {
		answered = response;
		Readable.from(
			(function* () {
				for (;;) yield Buffer.alloc(65_536);
			})(),
		)
			.on("error", () => {})
			.pipe(response);
	});
	const { body } = await local(t).stream(get(peer.url, { maxBytes: 4 * MiB }));
	await fails(t, read(body), "too-large");
	await until("the connection is closed", () => isClosed(answered));
});

const codings = { gzip: gzipSync, "x-gzip": gzipSync, deflate: deflateSync, br: brotliCompressSync };

test("a content coding that was not asked for is decoded", async (t) => {
	await using peer = await startPeer((request, response) => {
		const coding = request.url?.slice(1) as keyof typeof codings;
		response.setHeader("content-encoding", coding);
		response.end(codings[coding]("packed".repeat(10_000)));
	});
	const http = local(t);
	for (const coding of Object.keys(codings)) {
		const { body } = await http.stream(get(new URL(`/${coding}`, peer.url)));
		t.is(String(await read(body)), "packed".repeat(10_000), coding);
	}
});

test("a decompression bomb in any coding stops at the cap, and no more than that is returned", async (t) => {
	const zeros = Buffer.alloc(20 * MiB);
	const packed = { gzip: gzipSync(zeros), deflate: deflateSync(zeros), br: brotliCompressSync(zeros) };
	await using peer = await startPeer((request, response) => {
		const coding = request.url?.slice(1) as keyof typeof packed;
		response.setHeader("content-encoding", coding);
		response.end(packed[coding]);
	});
	const http = local(t);
	for (const coding of Object.keys(packed)) {
		const chunks: Buffer[] = [];
		const { body } = await http.stream(get(new URL(`/${coding}`, peer.url), { maxBytes: MiB }));
		await fails(t, read(body, chunks), "too-large");
		t.true(Buffer.concat(chunks).length <= MiB, coding);
	}
});

test("unknown, repeated, broken and truncated content codings fail the request", async (t) => {
	await using peer = await startPeer((request, response) => {
		const coding = decodeURIComponent(request.url?.slice(1) ?? "");
		response.setHeader("content-encoding", coding === "cut" ? "gzip" : coding);
		response.end(coding === "cut" ? gzipSync("packed".repeat(1000)).subarray(0, 30) : "not packed");
	});
	const http = local(t);
	const whole = async (coding: string) => {
		const { body } = await http.stream(get(new URL(`/${encodeURIComponent(coding)}`, peer.url)));
		return read(body);
	};
	for (const coding of ["compress", "gzip, gzip", "gzip", "cut"]) await fails(t, whole(coding), "network");
});

test("a peer that never answers and one that stops sending time out", async (t) => {
	await using peer = await startPeer((request, response) => {
		if (request.url === "/silent") response.write("something");
	});
	const http = local(t);
	await fails(t, http.stream(get(new URL("/never", peer.url), { idleMs: 100 })), "timeout");
	await fails(t, http.stream(get(new URL("/never", peer.url), { timeoutMs: 100 })), "timeout");
	const chunks: Buffer[] = [];
	const { body } = await http.stream(get(new URL("/silent", peer.url), { idleMs: 2_000 }));
	await fails(t, read(body, chunks), "timeout");
	t.is(String(Buffer.concat(chunks)), "something");
});

test("the time limit covers a response that arrives one byte at a time", async (t) => {
	await using peer = await startPeer((_request, response) => {
		const drip = setInterval(() => response.write("x"), 20);
		response.on("close", () => clearInterval(drip));
	});
	const { body } = await local(t).stream(get(peer.url, { timeoutMs: 3_000, idleMs: 2_500 }));
	await fails(t, read(body), "timeout");
});

test.serial("a slow reader causes no time-out, and the peer has to wait for it", async (t) => {
	const size = 64 * MiB;
	let sent = 0;
	await using peer = await startPeer((_request, response) => {
		const pieces = function* () {
			for (; sent < size; sent += 65_536) yield Buffer.alloc(65_536);
		};
		Readable.from(pieces()).pipe(response);
	});
	const { body } = await local(t).stream(get(peer.url, { idleMs: 2_000, maxBytes: size }));
	let total = 0;
	for await (const chunk of body) {
		if (total === 0) await pause(2_500);
		if (total === 0) t.true(sent < size / 2, `${sent} bytes were sent to a reader who had taken one piece`);
		total += chunk.length;
	}
	t.is(total, size);
});

test("a truncated response is a network failure after the data that arrived", async (t) => {
	await using peer = await startPeer((_request, response) => {
		response.setHeader("content-length", 1000);
		response.write("half", () => setTimeout(() => response.destroy(), 20));
	});
	const chunks: Buffer[] = [];
	const { body } = await local(t).stream(get(peer.url));
	await fails(t, read(body, chunks), "network");
	t.is(String(Buffer.concat(chunks)), "half");
});

test("a signal ends the exchange before it starts, while the response is awaited, and while it is read", async (t) => {
	const responses: ServerResponse[] = [];
	await using peer = await startPeer((request, response) => {
		responses.push(response);
		if (request.url === "/begun") response.write("begun");
	});
	const http = local(t);
	await fails(t, http.stream(get(peer.url, { signal: AbortSignal.abort() })), "network");
	t.is(peer.requests, 0);

	const waiting = new AbortController();
	const attempt = http.stream(get(peer.url, { signal: waiting.signal }));
	await until("the request has arrived", () => responses.length === 1);
	waiting.abort();
	await fails(t, attempt, "network");

	const reading = new AbortController();
	const { body } = await http.stream(get(new URL("/begun", peer.url), { signal: reading.signal }));
	const pieces = body[Symbol.asyncIterator]();
	await pieces.next();
	reading.abort();
	await fails(t, pieces.next() as Promise<unknown>, "network");
	await until("the peer's connection is closed", () => isClosed(responses[1]));
});

test("a body that is abandoned, cancelled or never read does not keep the connection open", async (t) => {
	const responses: ServerResponse[] = [];
	await using peer = await startPeer((_request, response) => {
		responses.push(response);
		response.setHeader("content-encoding", responses.length % 2 === 0 ? "gzip" : "identity");
		response.write(responses.length % 2 === 0 ? gzipSync("x".repeat(100)).subarray(0, 20) : "x".repeat(100));
	});
	const http = local(t);
	for (let round = 0; round < 2; round++) {
		const left = await http.stream(get(peer.url, { idleMs: 60_000 }));
		if (round === 0) for await (const _ of left.body) break;
		else left.cancel();
		await until("the connection is closed", () => isClosed(responses.at(-1)));
		const cancelled = await http.stream(get(peer.url, { idleMs: 60_000 }));
		cancelled.cancel();
		await until("the connection is closed", () => isClosed(responses.at(-1)));
		await fails(t, read(cancelled.body), "network");
	}
	for (let round = 0; round < 2; round++) {
		await http.stream(get(peer.url, { timeoutMs: 2_000 }));
		await until("the connection is closed", () => isClosed(responses.at(-1)));
	}
	t.is(responses.length, 6);
});

test("a response that is being read fails when the client is closed", async (t) => {
	await using peer = await startPeer((_request, response) => void response.write("begun"));
	const http = local(t);
	const { body } = await http.stream(get(peer.url));
	const reading = read(body);
	await pause(20);
	await http.close();
	await fails(t, reading, "network");
});

test("when a kept-alive socket closes as it is reused, a GET is repeated", async (t) => {
	let onThisSocket = 0;
	await using peer = await startPeer((request, response) => {
		onThisSocket++;
		if (onThisSocket !== 2) return response.end("here");
		onThisSocket = 0;
		return request.socket.destroy();
	});
	const http = local(t);
	for (let i = 0; i < 2; i++) t.is(String(await read((await http.stream(get(peer.url))).body)), "here");
	t.is(peer.requests, 3);
});

interface Source extends AsyncIterable<Uint8Array> {
	pulled: number;
	closed: boolean;
}

/** A body that counts how many chunks were pulled, and knows whether it was closed. */
function source(pieces: number, size: number, failAt = Number.POSITIVE_INFINITY): Source {
	const made: Source = {
		pulled: 0,
		closed: false,
		[Symbol.asyncIterator]: () => generator,
	};
	async function* generate(): AsyncGenerator<Uint8Array> {
		try {
			for (let i = 0; i < pieces; i++) {
				if (i === failAt) throw new TypeError("the source broke");
				made.pulled++;
				yield new Uint8Array(size);
			}
		} finally {
			made.closed = true;
		}
	}
	const generator = generate();
	return made;
}
const put = (url: URL, body: AsyncIterable<Uint8Array>, headers: Record<string, string> = {}) =>
	({ method: "PUT", url, headers, body }) as const;

test("a body is sent as a stream, in chunks or with its announced length", async (t) => {
	const seen: { length: number; headers: IncomingMessage["headers"] }[] = [];
	await using peer = await startPeer((request, response) => {
		void buffer(request).then(({ length }) => {
			seen.push({ length, headers: request.headers });
			response.end("received");
		});
	});
	const http = local(t);
	t.is(String((await http.request(put(peer.url, source(10, 1000)))).body), "received");
	t.like(seen[0], { length: 10_000, headers: { "transfer-encoding": "chunked" } });
	await http.request(put(peer.url, source(10, 1000), { "content-length": "10000" }));
	t.like(seen[1], { length: 10_000, headers: { "content-length": "10000" } });
	await http.request(put(peer.url, Readable.from(source(10, 1000))));
	const { body } = await http.stream(put(peer.url, source(10, 1000)));
	t.is(String(await read(body)), "received");
	t.is(seen.length, 4);
});

test("a body is read no faster than the peer receives it", async (t) => {
	const arrived = Promise.withResolvers<IncomingMessage>();
	await using peer = await startPeer((request, response) => {
		arrived.resolve(request);
		request.on("end", () => response.end());
	});
	const body = source(1024, 65_536);
	const sending = local(t).request(put(peer.url, body));
	const request = await arrived.promise;
	await pause(300);
	t.true(body.pulled < 512, `${body.pulled} of 1024 pieces were read for a peer that took none`);
	request.resume();
	t.is((await sending).status, 200);
	t.is(body.pulled, 1024);
});

test("a body that fails or has another length than announced fails the request", async (t) => {
	await using peer = await startPeer((request, response) => {
		request.on("end", () => response.end()).resume();
	});
	const http = local(t);
	await fails(t, http.request(put(peer.url, source(10, 1000, 5))), "network");
	await fails(t, http.request(put(peer.url, source(10, 1000), { "content-length": "9999" })), "network");
	await fails(t, http.request(put(peer.url, source(10, 1000), { "content-length": "10001" })), "network");
	t.is((await http.request(put(peer.url, source(10, 1000)))).status, 200);
});

test("a body is closed when the request is refused, aborted or cut off", async (t) => {
	await using peer = await startPeer((request, response) => {
		if (request.url === "/cut") request.once("data", () => request.socket.destroy());
		if (request.url === "/early") response.writeHead(413).end();
	});
	const http = local(t);
	const closes = async (what: string, body: Source) => t.true(await until(what, () => body.closed));

	const refused = source(10, 1000);
	await refused[Symbol.asyncIterator]().next();
	await fails(t, http.request(put(new URL("http://10.0.0.1/"), refused)), "refused");
	await closes("the refused body is closed", refused);

	const late = source(1024, 65_536);
	await fails(t, http.request({ ...put(new URL("/never", peer.url), late), timeoutMs: 200 }), "timeout");
	await closes("the late body is closed", late);

	const cut = source(1024, 65_536);
	await fails(t, http.request(put(new URL("/cut", peer.url), cut)), "network");
	await closes("the cut body is closed", cut);

	const early = source(1024, 65_536);
	const answer = await http.request(put(new URL("/early", peer.url), early)).catch((error: unknown) => error);
	t.true(answer instanceof OutboundFailure || (answer as { status: number }).status === 413);
	await closes("the body that was answered early is closed", early);
});
