import { connect, type Socket } from "node:net";
import test, { type ExecutionContext } from "ava";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import { unavailable } from "../../bridges/matrix/service/answers.ts";
import type { Admission } from "../../src/http/base/admission.ts";
import { listenTo } from "../realtime/event-client.ts";
import { createFakeBridge } from "../support/fake-bridge.ts";
import { until } from "../support/wait.ts";
import { type DoorOptions, openDoor, wideLimits } from "./door.ts";

async function open(t: ExecutionContext, options: DoorOptions) {
	const door = await openDoor(options);
	t.teardown(() => door.close());
	/** A connection that sends exactly what the test writes. */
	function dial(): { readonly socket: Socket; readonly received: () => string } {
		const socket = connect(door.port, "127.0.0.1").setEncoding("utf8");
		let text = "";
		socket.on("data", (data: string) => (text += data)).on("error", () => {});
		t.teardown(() => socket.destroy());
		return { socket, received: () => text };
	}
	return { door, dial };
}

/** An admission that turns every request away. */
const closed: Admission = {
	submit: (_, { refuse }) => refuse("full"),
	connected() {},
	stateOf: () => ({ underWay: 0, waiting: 0, refused: { full: 0, late: 0 } }),
	close() {},
};

const asHomeserver = { authorization: "Bearer hs" };
const service: Bridge = {
	...createFakeBridge("service"),
	paths: ["_service"],
	service: { isCaller: ({ headers }) => headers.authorization === asHomeserver.authorization, unavailable },
};
const federation: Bridge = { ...createFakeBridge("federation"), paths: ["inbox", "users"] };

test("whoever is turned away gets 503 and Retry-After in the format of the door", async (t) => {
	const { door } = await open(t, { admission: closed, bridges: [service, federation] });
	const html = { accept: "text/html" };
	for (const [method, path, type, isRight, headers] of [
		["GET", "/api/me", "application/problem+json", /"instance":"\/api\/me","errorCode":"overloaded"/],
		["POST", "/inbox", "application/problem+json", /"status":503.*"errorCode":"overloaded"/],
		["GET", "/users/jane?page=1", "application/problem+json", /"instance":"\/users\/jane"/],
		["POST", "/oauth/token", "application/json", /^\{"error":"temporarily_unavailable","error_description":/],
		["GET", "/oauth/authorize", "text/html; charset=utf-8", /<h1>Temporarily unavailable/, html],
		["GET", "/@jane", "text/html; charset=utf-8", /<h1>Temporarily unavailable/, html],
		["GET", "/@jane", "application/problem+json", /"errorCode":"overloaded"/],
		["GET", "/nothing/here", "application/problem+json", /"errorCode":"overloaded"/],
		["PUT", "/_service/transactions/1", "application/json", /^\{"errcode":"M_UNKNOWN","error":/, asHomeserver],
	] as const) {
		const answer = await door.ask(method, path, { headers: headers ?? {} });
		t.is(answer.status, 503, path);
		t.is(answer.headers.get("retry-after"), "5", path);
		t.is(answer.headers.get("content-type"), type, path);
		t.is(answer.headers.get("cache-control"), "no-store", path);
		t.regex(answer.text, isRight, path);
	}
});

test("probes are answered while everyone else is turned away", async (t) => {
	const { door } = await open(t, { admission: closed });
	for (const path of ["/healthz", "/readyz", "/metrics"]) t.is((await door.ask("GET", path)).status, 200, path);
});

test("a request is turned away before its body is sent, and one that asks first is not told to send it", async (t) => {
	const { dial } = await open(t, { admission: closed });
	for (const header of ["", "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n"]) {
		const { socket, received } = dial();
		const length = header.startsWith("Transfer") ? "" : "Content-Length: 1000000\r\n";
		socket.write(`POST /inbox HTTP/1.1\r\nHost: x\r\n${length}${header}\r\n`);
		await until("the refusal", () => received().includes("overloaded"));
		t.regex(received(), /^HTTP\/1\.1 503 /);
	}
});

test("an admitted client that asks first is told to send its body", async (t) => {
	const { door, dial } = await open(t, {});
	const jane = await door.person("jane");
	const { path } = await door.channel(jane);
	const { socket, received } = dial();
	const body = JSON.stringify({ type: "memo", content: { text: "Asked first." } });
	socket.write(
		`POST ${path}/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${jane.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
	);
	await until("the permission", () => received().startsWith("HTTP/1.1 100 Continue\r\n\r\n"));
	socket.write(body);
	await until("the response", () => received().includes("201 Created"));
	t.regex(received(), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /);
});

test("the connection of a request that was turned away can be used again, unless its body is large", async (t) => {
	const { dial } = await open(t, { admission: closed });
	const { socket, received } = dial();
	const small = "POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
	socket.write(small + small);
	await until("two refusals", () => received().match(/HTTP\/1\.1 503 /g)?.length === 2);

	const large = dial();
	const closing = new Promise((resolve) => large.socket.once("end", resolve));
	large.socket.write(`POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n${"x".repeat(300_000)}`);
	await closing;
	t.regex(large.received(), /^HTTP\/1\.1 503 [^]*\r\nConnection: close\r\n[^]*overloaded/);
});

const few = {
	requests: { ...wideLimits.requests, api: 2, inbox: 2, transactions: 2, pages: 2, oauth: 2 },
	waitMs: 60_000,
};

test("requests that never end at one door leave the others open", async (t) => {
	const ending = Promise.withResolvers<{ status: number }>();
	const stuck = { ...federation, handle: () => ending.promise };
	const served = { ...service, handle: async () => ({ status: 200 }) };
	const { door } = await open(t, { bridges: [stuck, served], limits: few });
	const posts = Array.from({ length: 40 }, () => door.ask("POST", "/inbox", { raw: "{}" }));
	const early = await Promise.race(posts);
	t.is(early.status, 503);
	t.is((await door.ask("GET", "/api/openapi.json")).status, 200);
	t.is((await door.ask("GET", "/")).status, 200);
	t.is((await door.ask("PUT", "/_service/transactions/1", { raw: "{}", headers: asHomeserver })).status, 200);
	ending.resolve({ status: 202 });
	const statuses = (await Promise.all(posts)).map(({ status }) => status);
	t.true(statuses.filter((status) => status === 202).length >= 10, String(statuses));
});

test("strangers who knock at the service's door take no place from it", async (t) => {
	const ending = Promise.withResolvers<{ status: number }>();
	const bridge: Bridge = {
		...service,
		handle: ({ headers }) =>
			(headers.authorization === asHomeserver.authorization ? { status: 200 } : ending.promise) as never,
	};
	const { door } = await open(t, { bridges: [bridge], limits: few });
	const strangers = Array.from({ length: 40 }, () => door.ask("PUT", "/_service/transactions/1", { raw: "{}" }));
	t.is((await Promise.race(strangers)).status, 503);
	t.is((await door.ask("PUT", "/_service/transactions/1", { raw: "{}", headers: asHomeserver })).status, 200);
	ending.resolve({ status: 403 });
	await Promise.all(strangers);
});

test("clients that send their body slowly, or keep a stream open, don't count as requests under way", async (t) => {
	const { door, dial } = await open(t, { limits: few });
	const jane = await door.person("jane");
	const { path } = await door.channel(jane);
	const head = `POST ${path}/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${jane.token}\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n{`;
	for (let i = 0; i < 30; i++) dial().socket.write(head);
	for (let i = 0; i < 30; i++)
		dial().socket.write(
			"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60\r\n\r\na",
		);
	// All of them at once are more than may wait.
	await until("the burst to be over", async () => (await door.ask("GET", "/api/openapi.json")).status === 200);
	for (let i = 0; i < 10; i++) {
		const client = await listenTo(`${door.url}/api/events`, jane.token);
		t.teardown(() => client.kill());
		t.is(client.status, 200);
	}
	const posted = await door.ask("POST", `${path}/messages`, {
		token: jane.token,
		body: { type: "memo", content: { text: "Still answered." } },
	});
	t.is(posted.status, 201);
	t.is((await door.ask("GET", "/.well-known/openid-configuration")).status, 200);
});

test("beyond the limit of connections, idle ones are closed and others refused", async (t) => {
	const { dial } = await open(t, { limits: { connections: 16 } });
	const probe = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
	const idle = Array.from({ length: 16 }, () => dial());
	for (const { socket } of idle) socket.write(probe);
	for (const { received } of idle) await until("the response", () => received().includes("200 OK"));
	const refused = dial();
	refused.socket.write(probe);
	await until("the refusal", () => refused.socket.destroyed || refused.socket.readableEnded);
	t.is(refused.received(), "");
	await until("a new connection to be accepted", async () => {
		const late = dial();
		late.socket.write(probe);
		await until("an end", () => late.received() !== "" || late.socket.readableEnded || late.socket.destroyed);
		return late.received().includes("200 OK");
	});
});

test("new connections are accepted between requests, however many of these wait", async (t) => {
	let answered = 0;
	const busy: Bridge = {
		...federation,
		handle: async () => {
			answered++;
			for (const end = performance.now() + 5; performance.now() < end; );
			return { status: 202 };
		},
	};
	const { dial } = await open(t, { bridges: [busy] });
	const flood = dial();
	flood.socket.write("POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}".repeat(400));
	await until("the flood to be under way", () => answered > 5);
	const before = answered;
	const probes = Array.from({ length: 100 }, () => dial());
	for (const { socket } of probes) socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
	for (const { received } of probes) await until("the probe's response", () => received().includes("200 OK"));
	t.true(answered - before < 150, `${answered - before} requests were answered before 100 probes`);
});
