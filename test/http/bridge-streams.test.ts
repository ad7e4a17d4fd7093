import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import { PayloadTooLarge, Unavailable } from "#core/errors.ts";
import type { BridgeRequest, BridgeResponse } from "#core/ports/bridge/request.ts";
import { createFakeBridge } from "../support/fake-bridge.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { standstill, until } from "../support/wait.ts";
import { openDoor } from "./door.ts";

const KiB = 1024;
const MiB = 1024 * KiB;

/** A provider whose only bridge owns `/files` and returns the given responses. */
async function open(t: ExecutionContext, answer: (request: BridgeRequest) => Promise<BridgeResponse>) {
	const logged: string[] = [];
	const logger = { ...silentLogger, error: (_fields: object, message: string) => void logged.push(message) };
	const bridge = { ...createFakeBridge("files"), paths: ["files"], handle: answer };
	const door = await openDoor({ bridges: [bridge], logger });
	t.teardown(() => door.close());
	return { ...door, logged };
}

/** A request whose body is written by the test. */
function upload(t: ExecutionContext, url: string, headers: Record<string, string | number> = {}) {
	const sending = httpRequest(`${url}/files`, { method: "PUT", headers, agent: false });
	sending.on("error", () => {});
	t.teardown(() => sending.destroy());
	const answered = once(sending, "response").then(([response]) => response as IncomingMessage);
	answered.catch(() => {});
	return { sending, answered };
}

/** A source that counts the chunks read from it and records whether it was ended. */
function source(pieces: number, size: number, failAt = Number.POSITIVE_INFINITY) {
	const state = { pulled: 0, closed: false };
	async function* generate(): AsyncGenerator<Uint8Array> {
		try {
			for (let i = 0; i < pieces; i++) {
				if (i === failAt) throw new TypeError("the source broke");
				state.pulled++;
				yield Buffer.alloc(size, i % 256);
			}
		} finally {
			state.closed = true;
		}
	}
	return { state, body: generate() };
}

/** A raw connection that requests `/files` and reads only on demand. */
async function ask(t: ExecutionContext, port: number, method = "GET"): Promise<Socket> {
	const socket = connect(port, "127.0.0.1");
	t.teardown(() => socket.destroy());
	socket.on("error", () => {});
	await once(socket, "connect");
	socket.write(`${method} /files HTTP/1.1\r\nHost: x\r\n\r\n`);
	return socket;
}

test("a body is read as it arrives", async (t) => {
	const pieces: string[] = [];
	const { url } = await open(t, async (request) => {
		for await (const chunk of request.stream(MiB)) pieces.push(String(Buffer.from(chunk)));
		return { status: 201 };
	});
	const { sending, answered } = upload(t, url);
	sending.write("one");
	await until("the first piece is there", () => pieces.length === 1);
	sending.write("two");
	await until("the second piece is there", () => pieces.length === 2);
	sending.end();
	t.is((await answered).statusCode, 201);
	t.deepEqual(pieces, ["one", "two"]);
});

test("a body is read no faster than the bridge consumes it", async (t) => {
	const going = Promise.withResolvers<void>();
	let size = 0;
	const { url } = await open(t, async (request) => {
		for await (const chunk of request.stream(64 * MiB)) {
			if (size === 0) await going.promise;
			size += chunk.length;
		}
		return { status: 200 };
	});
	const { sending, answered } = upload(t, url);
	const sent = { pulled: 0 };
	const pieces = function* () {
		for (; sent.pulled < 512; sent.pulled++) yield Buffer.alloc(64 * KiB);
	};
	Readable.from(pieces()).pipe(sending);
	const taken = await standstill("the client has filled the buffers", () => sent.pulled);
	t.true(taken < 384, `${taken} of 512 pieces were taken by a bridge that had read one`);
	going.resolve();
	t.is((await answered).statusCode, 200);
	t.is(size, 32 * MiB);
});

test("a body gets 413 at the first byte over the limit, or at once if its Content-Length exceeds it", async (t) => {
	let read = 0;
	const { url, logged } = await open(t, async (request) => {
		read = 0;
		for await (const chunk of request.stream(100)) read += chunk.length;
		return { status: 200 };
	});
	for (const [length, sent] of [
		[100, 200],
		[100, undefined],
	] as const) {
		const { sending, answered } = upload(t, url, sent === undefined ? {} : { "content-length": sent });
		sending.write("x".repeat(length));
		if (sent === undefined) {
			await until("what fits was read", () => read === 100);
			sending.write("y");
		}
		const response = await answered;
		t.is(response.statusCode, 413);
		t.is(JSON.parse(String(await buffer(response))).errorCode, new PayloadTooLarge("").errorCode);
		t.is(response.headers.connection, "close");
		t.is(read, sent === undefined ? 100 : 0);
	}
	t.deepEqual(logged, []);
	const { sending, answered } = upload(t, url);
	sending.end("x".repeat(100));
	t.is((await answered).statusCode, 200);
});

test("a bridge that stops reading early still responds, and the connection is then closed", async (t) => {
	const { url } = await open(t, async (request) => {
		for await (const _ of request.stream(MiB)) break;
		return { status: 202, body: "enough" };
	});
	const { sending, answered } = upload(t, url);
	sending.write("one");
	const response = await answered;
	t.is(response.statusCode, 202);
	t.is(String(await buffer(response)), "enough");
	t.is(response.headers.connection, "close");
});

test("a client that disconnects in the middle of its body ends the reading, and no error is logged", async (t) => {
	const ended = Promise.withResolvers<unknown>();
	let read = 0;
	const { url, logged } = await open(t, async (request) => {
		try {
			for await (const chunk of request.stream(MiB)) read += chunk.length;
		} catch (error) {
			ended.resolve(error);
			throw error;
		}
		return { status: 200 };
	});
	const { sending } = upload(t, url, { "content-length": 1000 });
	sending.write("half");
	await until("the first half was read", () => read === 4);
	sending.destroy();
	t.true((await ended.promise) instanceof Error);
	const next = upload(t, url);
	next.sending.end("whole");
	t.is((await next.answered).statusCode, 200);
	t.deepEqual(logged, []);
});

test("a response is streamed, with a Content-Length or in chunks", async (t) => {
	const going = Promise.withResolvers<void>();
	const { url, ask: fetched } = await open(t, async ({ query }) => {
		if (query === "?known")
			return { status: 200, headers: { "content-type": "image/x-own" }, body: source(4, 1000).body, length: 4000 };
		const pieces = async function* () {
			yield Buffer.from("first");
			await going.promise;
			yield Buffer.from("last");
		};
		return { status: 200, headers: { "content-type": "image/x-own" }, body: pieces() };
	});
	const known = await fetched("GET", "/files?known");
	t.deepEqual(
		["content-length", "content-type", "x-content-type-options"].map((name) => known.headers.get(name)),
		["4000", "image/x-own", "nosniff"],
	);
	t.is(known.text.length, 4000);

	const asking = httpRequest(`${url}/files`, { agent: false }).end();
	const [response] = (await once(asking, "response")) as [IncomingMessage];
	t.is(response.headers["transfer-encoding"], "chunked");
	const [first] = await once(response, "data");
	t.is(String(first), "first");
	going.resolve();
	t.is(String(await buffer(response)), "last");
});

test("any readable stream can be a body, and an empty one makes an empty response", async (t) => {
	const { ask: fetched } = await open(t, async ({ query }) => ({
		status: 200,
		body: query === "?empty" ? source(0, 0).body : Readable.from([Buffer.from("a"), Buffer.from("b")]),
	}));
	t.is((await fetched("GET", "/files")).text, "ab");
	const empty = await fetched("GET", "/files?empty");
	t.deepEqual([empty.status, empty.text], [200, ""]);
});

test("a stream that fails unread does not end the process", async (t) => {
	const failing: Readable[] = [];
	const { ask: fetched } = await open(t, async () => {
		const body = new Readable({
			read() {},
			destroy: (_error, done) => void setImmediate(done, new Error("it could not be closed")),
		});
		failing.push(body);
		return { status: 200, body };
	});
	t.is((await fetched("HEAD", "/files")).status, 200);
	await until("the stream has failed", () => failing[0]?.errored);
	t.is((await fetched("HEAD", "/files")).status, 200);
});

test("HEAD gets the headers and the Content-Length, and the source is ended unread", async (t) => {
	const made: ReturnType<typeof source>[] = [];
	const { ask: fetched } = await open(t, async () => {
		const one = source(4, 1000);
		made.push(one);
		const body = made.length === 1 ? one.body : Readable.from(one.body);
		return { status: 200, headers: { "content-type": "image/x-own" }, body, length: 4000 };
	});
	for (let i = 0; i < 2; i++) {
		const head = await fetched("HEAD", "/files");
		t.deepEqual([head.status, head.headers.get("content-length"), head.text], [200, "4000", ""]);
		t.is(made[i]?.state.pulled, 0);
		const next = await made[i]?.body.next();
		t.true(next?.done, "the source has ended");
	}
});

test("a source is read no faster than the client reads, and ended when the client disconnects", async (t) => {
	const one = source(2048, 64 * KiB);
	const { port, logged } = await open(t, async () => ({ status: 200, body: one.body }));
	const socket = await ask(t, port);
	const read = await standstill("the source has filled the buffers", () => one.state.pulled);
	t.true(read < 1024, `${read} of 2048 pieces were read for a client that takes none`);
	socket.destroy();
	await until("the source is ended", () => one.state.closed);
	t.deepEqual(logged, []);
});

test("a source that never yields is ended when the client disconnects", async (t) => {
	const waiting = new Readable({ read() {} });
	waiting.push("begun");
	const { port } = await open(t, async () => ({ status: 200, body: waiting }));
	const socket = await ask(t, port);
	await once(socket, "data");
	socket.destroy();
	await until("the source is destroyed", () => waiting.destroyed);
	t.pass();
});

test("a source that fails before its first chunk leads to a problem document", async (t) => {
	const { ask: fetched, logged } = await open(t, async ({ query }) => ({
		status: 200,
		headers: { "content-type": "image/x-own", "cache-control": "public" },
		length: 3000,
		body:
			query === "?busy"
				? new Readable({
						read() {
							this.destroy(new Unavailable("later", 7));
						},
					})
				: source(3, 1000, 0).body,
	}));
	const broken = await fetched("GET", "/files");
	t.deepEqual([broken.status, broken.headers.get("content-type")], [500, "application/problem+json"]);
	t.is(broken.headers.get("cache-control"), null);
	t.false(broken.text.includes("the source broke"));
	const busy = await fetched("GET", "/files?busy");
	t.deepEqual([busy.status, busy.headers.get("retry-after")], [503, "7"]);
	t.is(logged.length, 2);
});

test("a source that fails midway, or whose length is wrong, destroys the connection", async (t) => {
	const answers: BridgeResponse[] = [
		{ status: 200, body: source(10, 1000, 5).body },
		{ status: 200, body: source(10, 1000, 5).body, length: 10_000 },
		{ status: 200, body: source(10, 1000).body, length: 10_001 },
		{ status: 200, body: source(10, 1000).body, length: 9_999 },
	];
	const { url, logged } = await open(t, async () => answers.shift() as BridgeResponse);
	for (let i = 0; i < 4; i++) {
		const whole = fetch(`${url}/files`).then((response) => response.arrayBuffer());
		await t.throwsAsync(whole, { instanceOf: TypeError });
	}
	t.is(logged.length, 4);
});

test("a connection can be reused after a streamed response", async (t) => {
	const { port } = await open(t, async () => ({ status: 200, body: source(3, 1000).body, length: 3000 }));
	const socket = await ask(t, port);
	let text = "";
	socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
	await until("the first answer is whole", () => text.length > 3000);
	const first = text.length;
	socket.write("GET /files HTTP/1.1\r\nHost: x\r\n\r\n");
	await until("the second answer is whole", () => text.length >= 2 * first);
	t.is(text.match(/HTTP\/1\.1 200 OK/g)?.length, 2);
});
