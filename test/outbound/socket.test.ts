import { once } from "node:events";
import { type AddressInfo, createServer, type LookupFunction, type Socket } from "node:net";
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates, type TLSSocket } from "node:tls";
import test, { type ExecutionContext } from "ava";
import { OutboundFailure } from "#core/ports/http-client.ts";
import type { SocketTarget } from "#core/ports/socket.ts";
import { createSocketClient, type SocketClientOptions } from "../../src/outbound/socket.ts";
import { until } from "../support/wait.ts";
import { localhostCertificate } from "./data/localhost-certificate.ts";
import { specialAddresses } from "./data/special-addresses.ts";

interface Peer {
	readonly port: number;
	readonly sockets: Socket[];
}

/** A server on a free port of this machine; `sockets` are its connections. */
async function listen(t: ExecutionContext, onSocket: (socket: Socket) => unknown, tls = false): Promise<Peer> {
	const sockets: Socket[] = [];
	const server = tls ? createTlsServer({ ...localhostCertificate, ALPNProtocols: ["irc"] }) : createServer();
	server.on(tls ? "secureConnection" : "connection", (socket: Socket) => {
		socket.on("error", () => {});
		onSocket(socket);
	});
	server.on("connection", (socket: Socket) => sockets.push(socket));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.teardown(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	return { port: (server.address() as AddressInfo).port, sockets };
}

const clientWith = (options: Partial<SocketClientOptions> = {}) =>
	createSocketClient({ allow: [], deny: [], insecureLocalhost: true, ...options });

async function failure(t: ExecutionContext, connecting: Promise<unknown>): Promise<OutboundFailure> {
	return (await t.throwsAsync(connecting, { instanceOf: OutboundFailure })) as OutboundFailure;
}

const answering =
	(...addresses: readonly string[]): LookupFunction =>
	(_hostname, _options, callback) =>
		callback(
			null,
			addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
		);
/** Reads without writing, so that it notices when the other side closes. */
const silent = (socket: Socket): unknown => socket.resume();
const echo = (socket: Socket): unknown => socket.pipe(socket);
const plain = (port: number, more: Partial<SocketTarget> = {}): SocketTarget => ({
	host: "127.0.0.1",
	port,
	tls: false,
	...more,
});

test("no special address is contacted by TCP or TLS, as a literal or through a name", async (t) => {
	const never: LookupFunction = () => t.fail("a name was looked up");
	for (const address of specialAddresses) {
		for (const tls of [false, true]) {
			const literal = createSocketClient({ allow: [], deny: [], insecureLocalhost: false, lookup: never });
			t.is((await failure(t, literal.connect({ host: address, port: 6667, tls }))).kind, "refused", address);
			const named = createSocketClient({ allow: [], deny: [], insecureLocalhost: false, lookup: answering(address) });
			t.is((await failure(t, named.connect({ host: "irc.example", port: 6667, tls }))).kind, "refused", address);
		}
	}
});

test("with insecureLocalhost, every other special address stays refused", async (t) => {
	const client = clientWith();
	for (const address of specialAddresses.filter((one) => !/^(127\.|::1$|::ffff:127\.)/.test(one)))
		t.is((await failure(t, client.connect(plain(6667, { host: address })))).kind, "refused", address);
});

test("a refused address is refused in every spelling", async (t) => {
	const client = clientWith({ insecureLocalhost: false });
	for (const host of [
		"2130706433",
		"0x7f000001",
		"127.1",
		"0177.0.0.1",
		"LOCALHOST",
		"[::1]",
		"::ffff:7f00:1",
		"１２７.0.0.1",
	])
		t.is((await failure(t, client.connect(plain(6667, { host })))).kind, "refused", host);
});

test("an invalid host or port is refused", async (t) => {
	const client = clientWith();
	for (const host of ["", "a b", "user@irc.example", "irc.example/path", "irc.example#x", "irc.example:80", "a%40b"])
		t.is((await failure(t, client.connect(plain(6667, { host })))).kind, "refused", JSON.stringify(host));
	for (const port of [-1, 1.5, 65_536, Number.NaN])
		t.is((await failure(t, client.connect(plain(port)))).kind, "refused", String(port));
});

test("the operator's lists of peers apply to sockets too", async (t) => {
	const { port } = await listen(t, echo);
	const denied = clientWith({ deny: ["127.0.0.1"] });
	t.is((await failure(t, denied.connect(plain(port)))).kind, "refused");
	const elsewhere = clientWith({ allow: ["irc.example"] });
	t.is((await failure(t, elsewhere.connect(plain(port)))).kind, "refused");
	(await clientWith({ allow: [`127.0.0.1:${port}`] }).connect(plain(port))).destroy();
});

test("only the allowed addresses of a name are tried", async (t) => {
	const { port } = await listen(t, echo);
	const client = clientWith({ lookup: answering("10.0.0.1", "127.0.0.1") });
	const socket = await client.connect(plain(port, { host: "irc.example" }));
	t.is(socket.remoteAddress, "127.0.0.1");
	socket.destroy();
});

test("bytes go both ways, and reading ends when the other side ends", async (t) => {
	const { port } = await listen(t, echo);
	const socket = await clientWith().connect(plain(port));
	socket.write("NICK jane\r\n");
	socket.end("QUIT\r\n");
	let received = "";
	for await (const chunk of socket) received += chunk.toString();
	t.is(received, "NICK jane\r\nQUIT\r\n");
});

test.serial("TLS uses the requested protocol, by name and by address", async (t) => {
	const before = getCACertificates("default");
	setDefaultCACertificates([...before, localhostCertificate.cert]);
	t.teardown(() => setDefaultCACertificates(before));
	const { port } = await listen(t, echo, true);
	for (const host of ["localhost", "127.0.0.1"]) {
		const client = clientWith({ lookup: answering("127.0.0.1") });
		const socket = await client.connect({ host, port, tls: true, alpn: ["irc"] });
		t.is((socket as unknown as TLSSocket).alpnProtocol, "irc");
		socket.write("hello");
		const [chunk] = await once(socket, "data");
		t.is(String(chunk), "hello");
		socket.destroy();
	}
	const other = clientWith({ lookup: answering("127.0.0.1") });
	t.is((await failure(t, other.connect({ host: "irc.example", port, tls: true }))).kind, "network");
});

test("an untrusted certificate fails the connection", async (t) => {
	const { port } = await listen(t, echo, true);
	t.is((await failure(t, clientWith().connect(plain(port, { tls: true })))).kind, "network");
});

test("a refused connection is a network failure", async (t) => {
	const { port } = await listen(t, echo);
	const client = clientWith({ lookup: (_name, _options, callback) => callback(new Error("ENOTFOUND"), "") });
	t.is((await failure(t, client.connect(plain(port, { host: "irc.example" })))).kind, "network");
	const gone = createServer().listen(0, "127.0.0.1");
	await once(gone, "listening");
	const { port: closed } = gone.address() as AddressInfo;
	gone.close();
	await once(gone, "close");
	t.is((await failure(t, clientWith().connect(plain(closed)))).kind, "network");
});

test("a connection whose handshake never finishes times out", async (t) => {
	const { port, sockets } = await listen(t, silent);
	const attempt = clientWith().connect(plain(port, { tls: true, timeoutMs: 100 }));
	t.is((await failure(t, attempt)).kind, "timeout");
	t.true(await until("the server's socket is closed", () => sockets[0]?.destroyed));
});

test("a connection whose lookup never answers times out", async (t) => {
	const client = clientWith({ lookup: () => {} });
	t.is((await failure(t, client.connect(plain(6667, { host: "irc.example", timeoutMs: 100 })))).kind, "timeout");
});

test("a signal ends an attempt before it starts and while it lasts, and the connection afterwards", async (t) => {
	const { port, sockets } = await listen(t, silent);
	const client = clientWith();
	t.is((await failure(t, client.connect(plain(port, { signal: AbortSignal.abort() })))).kind, "network");
	t.is(sockets.length, 0);

	const hasty = new AbortController();
	const attempt = client.connect(plain(port, { tls: true, signal: hasty.signal }));
	setTimeout(() => hasty.abort(), 50);
	t.is((await failure(t, attempt)).kind, "network");

	const later = new AbortController();
	const socket = await client.connect(plain(port, { signal: later.signal }));
	later.abort();
	const reading = async () => {
		for await (const _ of socket);
	};
	t.is((await failure(t, reading())).kind, "network");
});

test("a connection without a byte in either direction ends after its idle time", async (t) => {
	const { port } = await listen(t, silent);
	const socket = await clientWith().connect(plain(port, { idleMs: 100 }));
	const reading = async () => {
		for await (const _ of socket);
	};
	t.is((await failure(t, reading())).kind, "timeout");
});

test("a connection that is reset while it is not read does not end the process", async (t) => {
	const { port, sockets } = await listen(t, silent);
	const socket = await clientWith().connect(plain(port));
	sockets[0]?.resetAndDestroy();
	await once(socket, "close").catch(() => {});
	t.pass();
});
