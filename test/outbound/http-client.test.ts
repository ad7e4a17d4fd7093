import type { AddressInfo, LookupFunction } from "node:net";
import { createServer } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import test, { type ExecutionContext } from "ava";
import { type HttpClient, OutboundFailure, type OutboundRequest } from "#core/ports/http-client.ts";
import { createHttpClient, type HttpClientOptions } from "../../src/outbound/http-client.ts";
import { startPeer } from "./data/peer.ts";
import { specialAddresses } from "./data/special-addresses.ts";

function client(t: ExecutionContext, options: Partial<HttpClientOptions> = {}): HttpClient {
	const made = createHttpClient({ userAgent: "causeway/1 (test)", ...options });
	t.teardown(() => made.close());
	return made;
}
const local = (t: ExecutionContext, options: Partial<HttpClientOptions> = {}) =>
	client(t, { insecureLocalhost: true, ...options });

const get = (url: URL | string): OutboundRequest => ({ method: "GET", url: new URL(url), headers: {} });

async function fails(
	t: ExecutionContext,
	promise: Promise<unknown>,
	kind: OutboundFailure["kind"],
): Promise<OutboundFailure> {
	const error = await t.throwsAsync(promise, { instanceOf: OutboundFailure });
	t.is(error.kind, kind, error.message);
	return error;
}

const resolvingTo =
	(...answers: string[]): LookupFunction =>
	(_hostname, _options, callback) => {
		const address = answers.length > 1 ? answers.shift() : answers[0];
		callback(null, [{ address: address ?? "", family: address?.includes(":") ? 6 : 4 }]);
	};

const inUrl = (address: string) => (address.includes(":") ? `[${address.replace(/%.*/, "")}]` : address);

for (const insecureLocalhost of [false, true]) {
	const mode = insecureLocalhost ? "with insecureLocalhost" : "in production";
	const addresses = specialAddresses.filter(
		(address) => !insecureLocalhost || !/^(127\.|::1$|::ffff:127)/.test(address),
	);

	test(`${mode} no special address is contacted as a literal`, async (t) => {
		const http = client(t, { insecureLocalhost });
		for (const address of addresses) {
			await fails(t, http.request(get(`https://${inUrl(address)}/`)), "refused");
			await fails(t, http.request(get(`https://${inUrl(address)}:8448/`)), "refused");
			t.throws(() => http.check(new URL(`https://${inUrl(address)}/`)), { instanceOf: OutboundFailure });
		}
	});

	test(`${mode} no special address is contacted through a name`, async (t) => {
		for (const address of addresses) {
			const http = client(t, { insecureLocalhost, lookup: resolvingTo(address) });
			await fails(t, http.request(get("https://peer.example/")), "refused");
		}
	});

	test(`${mode} no special address is contacted over http`, async (t) => {
		for (const address of addresses) {
			const http = client(t, { insecureLocalhost, lookup: resolvingTo(address) });
			await fails(t, http.request(get("http://peer.example/")), "refused");
			await fails(t, http.request(get(`http://${inUrl(address)}/`)), "refused");
		}
	});
}

test("other spellings of a loopback address are refused", async (t) => {
	const http = client(t);
	for (const host of [
		"2130706433",
		"0x7f000001",
		"0x7f.1",
		"127.1",
		"0177.0.0.1",
		"localhost",
		"[::ffff:7f00:1]",
		"0",
	]) {
		await fails(t, http.request(get(`https://${host}/`)), "refused");
	}
});

test("the system's own resolver is guarded too", async (t) => {
	await fails(t, client(t).request(get("https://localhost:9/")), "refused");
});

test("http is refused without insecureLocalhost, and other schemes are always refused", async (t) => {
	await fails(t, client(t).request(get("http://example.com/")), "refused");
	for (const url of ["ftp://127.0.0.1/", "file:///etc/passwd", "ws://127.0.0.1/", "data:,x", "gopher://127.0.0.1:1/"]) {
		await fails(t, local(t).request(get(url)), "refused");
	}
});

test("with insecureLocalhost http to a public address is refused", async (t) => {
	await fails(t, local(t, { lookup: resolvingTo("8.8.8.8") }).request(get("http://peer.example/")), "refused");
	await fails(t, local(t).request(get("http://8.8.8.8/")), "refused");
});

test("a URL with credentials is refused", async (t) => {
	await using peer = await startPeer((_request, response) => response.end());
	const http = local(t);
	await http.request(get(peer.url));
	await fails(t, http.request(get(`http://user:pass@127.0.0.1:${peer.port}/`)), "refused");
	t.throws(() => http.check(new URL("https://user@example.com/")), { instanceOf: OutboundFailure });
});

test("a name that changes from a loopback to a private address is refused on the next connection", async (t) => {
	await using peer = await startPeer((_request, response) => {
		response.setHeader("connection", "close");
		response.end("first");
	});
	const http = local(t, { lookup: resolvingTo("127.0.0.1", "10.0.0.1") });
	const request = get(`http://rebind.example:${peer.port}/`);
	t.is((await http.request(request)).body.toString(), "first");
	await fails(t, http.request(request), "refused");
	t.is(peer.requests, 1);
});

test("denied peers are refused by host, and by host and port", async (t) => {
	await using peer = await startPeer((_request, response) => response.end());
	for (const deny of [["127.0.0.1"], [`127.0.0.1:${peer.port}`]]) {
		const http = local(t, { deny });
		await fails(t, http.request(get(peer.url)), "refused");
		t.throws(() => http.check(peer.url), { instanceOf: OutboundFailure });
	}
	t.is(peer.requests, 0);
});

test("with an allow list, only its peers are contacted", async (t) => {
	await using peer = await startPeer((_request, response) => response.end());
	await fails(t, local(t, { allow: ["peer.example"] }).request(get(peer.url)), "refused");
	t.is((await local(t, { allow: [`127.0.0.1:${peer.port}`] }).request(get(peer.url))).status, 200);
});

test("the peer receives method, path, query, headers and body, and its response is returned", async (t) => {
	await using peer = await startPeer((request, response) => {
		let body = "";
		request.on("data", (chunk: Buffer) => (body += chunk.toString()));
		request.on("end", () => {
			response.setHeader("set-cookie", ["a=1", "b=2"]);
			response.setHeader("x-seen", "yes");
			response.statusCode = 202;
			response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
		});
	});
	const answer = await local(t).request({
		method: "POST",
		url: peer.url,
		headers: { Host: "elsewhere.example", Date: "now", "content-type": "text/plain" },
		body: "grüß",
	});
	t.is(answer.status, 202);
	t.is(answer.headers["x-seen"], "yes");
	t.is(answer.headers["set-cookie"], "a=1, b=2");
	const seen = JSON.parse(answer.body.toString());
	t.is(seen.method, "POST");
	t.is(seen.url, "/inbox?x=1");
	t.is(seen.body, "grüß");
	t.like(seen.headers, {
		host: `127.0.0.1:${peer.port}`,
		date: "now",
		"content-type": "text/plain",
		"user-agent": "causeway/1 (test)",
		"accept-encoding": "identity",
	});
});

test("redirects are not followed", async (t) => {
	await using peer = await startPeer((_request, response) =>
		response.writeHead(302, { location: "http://10.0.0.1/" }).end(),
	);
	const answer = await local(t).request(get(peer.url));
	t.is(answer.status, 302);
	t.is(answer.headers.location, "http://10.0.0.1/");
	t.is(peer.requests, 1);
});

test("a body larger than the cap is refused, whether its length is announced or not", async (t) => {
	await using peer = await startPeer((request, response) => {
		if (request.url === "/announced") response.setHeader("content-length", 2000);
		response.write(Buffer.alloc(500));
		response.end(Buffer.alloc(1500));
	});
	const http = local(t, { maxBytes: 1999 });
	await fails(t, http.request(get(new URL("/announced", peer.url))), "too-large");
	await fails(t, http.request(get(new URL("/chunked", peer.url))), "too-large");
	const whole = await http.request({ ...get(new URL("/chunked", peer.url)), maxBytes: 2000 });
	t.is(whole.body.length, 2000);
});

test("a body without an end stops at the cap", async (t) => {
	await using peer = await startPeer((_request, response) => {
		const more = () => {
			while (!response.destroyed && response.write(Buffer.alloc(65_536)));
		};
		response.on("drain", more);
		more();
	});
	await fails(t, local(t).request(get(peer.url)), "too-large");
});

test("response headers that are too large are refused", async (t) => {
	await using peer = await startPeer((_request, response) => response.setHeader("x-long", "x".repeat(100_000)).end());
	await fails(t, local(t).request(get(peer.url)), "too-large");
});

test("a content coding that was not asked for is decoded", async (t) => {
	const codings = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
	await using peer = await startPeer((request, response) => {
		const coding = request.url?.slice(1) as keyof typeof codings;
		response.setHeader("content-encoding", coding);
		response.end(codings[coding]("packed"));
	});
	const http = local(t);
	for (const coding of Object.keys(codings)) {
		t.is((await http.request(get(new URL(`/${coding}`, peer.url)))).body.toString(), "packed", coding);
	}
});

test("a decompression bomb in any coding stops at the cap", async (t) => {
	const zeros = Buffer.alloc(20 * 1024 * 1024);
	const codings = { gzip: gzipSync(zeros), deflate: deflateSync(zeros), br: brotliCompressSync(zeros) };
	await using peer = await startPeer((request, response) => {
		const coding = request.url?.slice(1) as keyof typeof codings;
		response.setHeader("content-encoding", coding);
		response.end(codings[coding]);
	});
	const http = local(t);
	for (const coding of Object.keys(codings)) {
		await fails(t, http.request(get(new URL(`/${coding}`, peer.url))), "too-large");
	}
});

test("unknown, repeated and broken content codings fail the request", async (t) => {
	await using peer = await startPeer((request, response) => {
		response.setHeader("content-encoding", decodeURIComponent(request.url?.slice(1) ?? ""));
		response.end("not packed");
	});
	const http = local(t);
	for (const coding of ["compress", "gzip, gzip", "gzip"]) {
		await fails(t, http.request(get(new URL(`/${encodeURIComponent(coding)}`, peer.url))), "network");
	}
});

test("a peer that never answers times out", async (t) => {
	await using peer = await startPeer(() => {});
	await fails(t, local(t, { timeoutMs: 100 }).request(get(peer.url)), "timeout");
});

test("the time limit covers a response that arrives one byte at a time", async (t) => {
	await using peer = await startPeer((_request, response) => {
		const drip = setInterval(() => response.write("x"), 20);
		response.on("close", () => clearInterval(drip));
	});
	await fails(t, local(t).request({ ...get(peer.url), timeoutMs: 200 }), "timeout");
});

test("the time limit covers headers that arrive slowly", async (t) => {
	const server = createServer((socket) => {
		socket.write("HTTP/1.1 200 OK\r\n");
		const drip = setInterval(() => socket.write("x-a: b\r\n"), 20);
		socket.on("close", () => clearInterval(drip)).on("error", () => {});
	});
	t.teardown(() => server.close());
	await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
	const { port } = server.address() as AddressInfo;
	await fails(t, local(t, { timeoutMs: 200 }).request(get(`http://127.0.0.1:${port}/`)), "timeout");
});

test("a name that never resolves times out", async (t) => {
	await fails(t, client(t, { timeoutMs: 100, lookup: () => {} }).request(get("https://peer.example/")), "timeout");
});

test("a reset, a refused connection and a response that is not HTTP are network failures", async (t) => {
	await using resetting = await startPeer((request) => request.socket.resetAndDestroy());
	const http = local(t);
	await fails(t, http.request(get(resetting.url)), "network");
	const babbler = createServer((socket) =>
		socket
			.resume()
			.on("error", () => {})
			.end("hello\r\n\r\n"),
	);
	await new Promise<void>((listening) => babbler.listen(0, "127.0.0.1", listening));
	const { port } = babbler.address() as AddressInfo;
	await fails(t, http.request(get(`http://127.0.0.1:${port}/`)), "network");
	await new Promise((closed) => babbler.close(closed));
	await fails(t, http.request(get(`http://127.0.0.1:${port}/`)), "network");
});

test("a truncated response is a network failure", async (t) => {
	await using peer = await startPeer((_request, response) => {
		response.setHeader("content-length", 1000);
		response.write("half", () => response.destroy());
	});
	await fails(t, local(t).request(get(peer.url)), "network");
});

test("an aborted signal ends the exchange, before it starts and while it runs", async (t) => {
	const arrived = Promise.withResolvers<void>();
	await using peer = await startPeer(() => arrived.resolve());
	const http = local(t);
	await fails(t, http.request({ ...get(peer.url), signal: AbortSignal.abort() }), "network");
	t.is(peer.requests, 0);
	const controller = new AbortController();
	const running = http.request({ ...get(peer.url), signal: controller.signal });
	await arrived.promise;
	controller.abort();
	await fails(t, running, "network");
});

test("an invalid request header is refused, and the client keeps working", async (t) => {
	await using peer = await startPeer((_request, response) => response.end("fine"));
	const http = local(t);
	await fails(t, http.request({ ...get(peer.url), headers: { "x-bad": "a\r\nb: c" } }), "refused");
	t.is((await http.request(get(peer.url))).body.toString(), "fine");
});

test("a host gets at most two sockets, and they are reused", async (t) => {
	await using peer = await startPeer((_request, response) => void setTimeout(() => response.end(), 5));
	const http = local(t);
	await Promise.all(Array.from({ length: 30 }, () => http.request(get(peer.url))));
	t.is(peer.requests, 30);
	t.true(peer.sockets <= 2, `${peer.sockets} sockets`);
});

test("requests that timed out while they waited for a socket are never sent", async (t) => {
	const held: (() => void)[] = [];
	await using peer = await startPeer((_request, response) => void held.push(() => response.end()));
	const http = local(t);
	const arrivals = async (count: number) => {
		while (held.length < count) await new Promise((turn) => setTimeout(turn, 5));
	};
	const first = [http.request(get(peer.url)), http.request(get(peer.url))];
	await arrivals(2);
	await fails(t, http.request({ ...get(peer.url), timeoutMs: 50 }), "timeout");
	for (const release of held) release();
	await Promise.all(first);
	const later = http.request(get(peer.url));
	await arrivals(3);
	held[2]?.();
	await later;
	t.is(peer.requests, 3);
	t.is(peer.sockets, 2);
});

test("requests to a host that doesn't answer are limited, and keep out none to another host", async (t) => {
	await using hanging = await startPeer(() => {});
	await using other = await startPeer((_request, response) => void response.end());
	const http = local(t);
	const waiting = Array.from({ length: 500 }, () => http.request(get(hanging.url)));
	const ended = Promise.allSettled(waiting);
	await fails(t, http.request(get(hanging.url)), "busy");
	t.is((await http.request(get(other.url))).status, 200);
	await http.close();
	const reasons = (await ended).map((one) =>
		one.status === "rejected" ? (one.reason as OutboundFailure).kind : "answered",
	);
	t.deepEqual([...new Set(reasons)], ["network"]);
});

test("beyond the cap of pools, the least recently used idle one is closed", async (t) => {
	await using first = await startPeer((_request, response) => response.end());
	await using second = await startPeer((_request, response) => response.end());
	const http = local(t, { maxPools: 1 });
	const closed = new Promise((done) => first.server.once("connection", (socket) => socket.once("close", done)));
	await http.request(get(first.url));
	await http.request(get(second.url));
	await closed;
	t.is((await http.request(get(first.url))).status, 200);
	t.is(first.sockets, 2);
});

test("a host that was down is reached as soon as it is up again", async (t) => {
	const peer = await startPeer((_request, response) => response.end());
	const http = local(t);
	await http.request(get(peer.url));
	await peer[Symbol.asyncDispose]();
	await fails(t, http.request(get(peer.url)), "network");
	const again = createServer((socket) => socket.end("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"));
	t.teardown(() => again.close());
	await new Promise<void>((listening) => again.listen(peer.port, "127.0.0.1", listening));
	t.is((await http.request(get(peer.url))).status, 204);
});

test("a closed client sends nothing", async (t) => {
	await using peer = await startPeer((_request, response) => response.end());
	const http = local(t);
	const hanging = http.request(get(peer.url));
	await hanging;
	await http.close();
	await fails(t, http.request(get(peer.url)), "network");
});

test("when a kept-alive socket closes as it is reused, a GET is repeated and a POST fails", async (t) => {
	let onThisSocket = 0;
	await using peer = await startPeer((request, response) => {
		onThisSocket++;
		if (onThisSocket === 2) {
			onThisSocket = 0;
			request.socket.destroy();
			return;
		}
		response.end("here");
	});
	const client = local(t);
	t.is((await client.request(get(peer.url))).status, 200);
	t.is((await client.request(get(peer.url))).status, 200);
	const post = { method: "POST", url: peer.url, headers: {}, body: "x" } as const;
	await fails(t, client.request(post), "network");
});
