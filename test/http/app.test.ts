import { createPublicKey, verify } from "node:crypto";
import { connect } from "node:net";
import test from "ava";
import { createBridgeState } from "#core/bridging/state.ts";
import { PayloadTooLarge, Unavailable } from "#core/errors.ts";
import { providerKey } from "#core/federation/provider-key.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import { type BridgeRequest, type BridgeResponse } from "#core/ports/bridge/request.ts";
import { createFakeBridge } from "../support/fake-bridge.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { until } from "../support/wait.ts";
import { openDoor } from "./door.ts";

/** A bridge that owns paths and returns the given responses. */
function echo(paths: readonly string[], answer: (request: BridgeRequest) => Promise<BridgeResponse>): Bridge {
	return { ...createFakeBridge("echo"), paths, handle: answer };
}

test("a bridge handles its own paths and receives requests unchanged", async (t) => {
	const door = await openDoor({
		bridges: [
			echo(["users", "inbox", ".well-known/webfinger"], async (request) => {
				const { method, path, query, headers, remoteAddress } = request;
				const body = await request.body(1000);
				return {
					status: 207,
					headers: { "content-type": "application/x-own", "x-own": "1" },
					body: JSON.stringify({
						method,
						path,
						query,
						agent: headers["x-agent"],
						remoteAddress,
						body: body.toString(),
					}),
				};
			}),
		],
	});
	t.teardown(() => door.close());
	const answer = await door.ask("POST", "/users/a%2Fb/inbox?x=%20&y", { raw: "{raw", headers: { "x-agent": "peer" } });
	t.is(answer.status, 207);
	t.is(answer.headers.get("content-type"), "application/x-own");
	t.is(answer.headers.get("x-own"), "1");
	t.is(answer.headers.get("x-content-type-options"), "nosniff");
	t.deepEqual(JSON.parse(answer.text), {
		method: "POST",
		path: "/users/a%2Fb/inbox",
		query: "?x=%20&y",
		agent: "peer",
		remoteAddress: "127.0.0.1",
		body: "{raw",
	});
	t.is((await door.ask("GET", "/.well-known/webfinger?resource=x")).status, 207);
	t.is((await door.ask("GET", "/.well-known/other")).status, 404);
	t.is((await door.ask("GET", "/inboxes")).status, 404);
	const large = await door.ask("POST", "/inbox", { raw: "x".repeat(2000) });
	t.is(large.status, 413);
	t.is(large.body.errorCode, new PayloadTooLarge("").errorCode);
});

test("a bridge's errors become problem documents, and its responses may be empty", async (t) => {
	const logged: object[] = [];
	const answers: (() => BridgeResponse)[] = [
		() => ({ status: 202 }),
		() => ({ status: 410, headers: { "content-type": "application/activity+json" }, body: "{}" }),
		() => {
			throw new Unavailable("later", 7);
		},
		() => {
			throw new TypeError("private detail");
		},
	];
	const door = await openDoor({
		logger: { ...silentLogger, error: (fields) => logged.push(fields) },
		bridges: [echo(["inbox"], async () => (answers.shift() as () => BridgeResponse)())],
	});
	t.teardown(() => door.close());
	const empty = await door.ask("POST", "/inbox");
	t.deepEqual([empty.status, empty.text], [202, ""]);
	t.is((await door.ask("GET", "/inbox")).status, 410);
	const later = await door.ask("POST", "/inbox");
	t.deepEqual([later.status, later.headers.get("retry-after")], [503, "7"]);
	const broken = await door.ask("POST", "/inbox");
	t.is(broken.status, 500);
	t.false(broken.text.includes("private"));
	t.is(logged.length, 2);
});

test("two doors can't own the same path", async (t) => {
	const nothing = async () => ({ status: 204 });
	await t.throwsAsync(openDoor({ bridges: [echo(["users"], nothing), echo(["users"], nothing)] }), {
		message: /users is claimed/,
	});
	await t.throwsAsync(openDoor({ bridges: [echo(["api/groups"], nothing)] }), { message: /belongs to OFSCP/ });
});

test("rate limits apply per account, are in the headers of every response, and lead to 429", async (t) => {
	const door = await openDoor({ limits: { scale: 2, read: { points: 2, seconds: 60 } } });
	t.teardown(() => door.close());
	const [jane, bob] = [await door.person("jane"), await door.person("bob")];
	const first = await door.ask("GET", "/api/me", { token: jane.token });
	t.is(first.headers.get("ratelimit-policy"), '"read";q=4;w=60');
	t.regex(first.headers.get("ratelimit") as string, /^"read";r=3;t=\d+$/);
	for (let i = 0; i < 3; i++) t.is((await door.ask("GET", "/api/me", { token: jane.token })).status, 200);
	const over = await door.ask("GET", "/api/me", { token: jane.token });
	t.is(over.status, 429);
	t.is(over.body.errorCode, "too_many_requests");
	t.true(Number(over.headers.get("retry-after")) > 0);
	t.is((await door.ask("GET", "/api/me", { token: bob.token })).status, 200);
	t.is((await door.ask("GET", "/api/tiers")).status, 200);
});

test("guessing tokens is limited per address, without reducing the limit of anonymous requests", async (t) => {
	const door = await openDoor({ limits: { auth: { points: 3, seconds: 60 } } });
	t.teardown(() => door.close());
	const answers = [];
	for (let i = 0; i < 6; i++) answers.push((await door.ask("GET", "/api/me", { token: `cwy_guess${i}` })).status);
	t.deepEqual(answers.slice(0, 3), [401, 401, 401]);
	t.is(answers.at(-1), 429);
	t.is((await door.ask("GET", "/api/tiers")).status, 200);
});

test("CORS lets any page call the API without cookies, and headers forbid scripts and framing", async (t) => {
	const door = await openDoor();
	t.teardown(() => door.close());
	const preflight = await door.ask("OPTIONS", "/api/me", {
		headers: {
			origin: "https://app.example",
			"access-control-request-method": "GET",
			"access-control-request-headers": "authorization",
		},
	});
	t.is(preflight.status, 204);
	t.is(preflight.headers.get("access-control-allow-origin"), "*");
	const allowed = (preflight.headers.get("access-control-allow-headers") ?? "").split(/,\s*/);
	for (const name of ["Authorization", "If-Match", "X-OFSCP-Actor", "X-OFSCP-Provider", "X-OFSCP-Signature"])
		t.true(allowed.includes(name), name);
	const answer = await door.ask("GET", "/api/me", { headers: { origin: "https://app.example" } });
	t.is(answer.headers.get("access-control-allow-origin"), "*");
	t.is(answer.headers.get("access-control-allow-credentials"), null);
	t.deepEqual((answer.headers.get("vary") ?? "").split(/,\s*/).toSorted(), ["Accept", "Authorization", "Origin"]);
	const jane = await door.person("jane");
	const own = await door.ask("GET", "/api/me", { token: jane.token });
	t.regex(own.headers.get("cache-control") as string, /^private/);
	t.regex(own.headers.get("vary") as string, /Authorization/);
	t.notRegex((await door.ask("GET", "/api/tiers")).headers.get("vary") ?? "", /Authorization/);
	t.regex(answer.headers.get("content-security-policy") as string, /default-src 'none'.*frame-ancestors 'none'/);
	t.is(answer.headers.get("x-content-type-options"), "nosniff");
	t.is(answer.headers.get("x-powered-by"), null);
});

test("the discovery document lists what exists, keeps its version and can be revalidated", async (t) => {
	const door = await openDoor();
	t.teardown(() => door.close());
	const answer = await door.ask("GET", "/.well-known/ofscp-provider", { headers: { host: "evil.example" } });
	t.is(answer.status, 200);
	t.is(answer.headers.get("content-type"), "application/json");
	const { provider, capabilities, endpoints } = answer.body;
	t.like(provider, {
		domain: "social.example",
		version: "0.1.1",
		protocolVersion: "0.1.0",
		contact: "http://social.example/",
	});
	const origin = "http://social.example";
	t.like(provider.authentication, {
		issuer: origin,
		authorization_endpoint: `${origin}/oauth/authorize`,
		token_endpoint: `${origin}/oauth/token`,
		userinfo_endpoint: `${origin}/oauth/userinfo`,
		login_endpoint: `${origin}/api/auth/login`,
		registration_endpoint: `${origin}/api/auth/register`,
	});
	t.deepEqual(capabilities.messageTypes.toSorted(), ["article", "memo", "message", "reaction"]);
	t.deepEqual(
		capabilities.discoverability,
		(await door.ask("GET", "/api/tiers")).body.tiers.map(({ id }: { id: string }) => id),
	);
	t.deepEqual((await door.ask("GET", "/tiers")).body, (await door.ask("GET", "/api/tiers")).body);
	for (const { uri } of capabilities.metadataSchemas) t.is((await door.ask("GET", new URL(uri).pathname)).status, 200);
	t.is(endpoints.groups, "http://social.example/api/groups");
	const etag = answer.headers.get("etag") as string;
	const same = await door.ask("GET", "/.well-known/ofscp-provider", {
		headers: { "if-none-match": `"other", W/${etag}` },
	});
	t.deepEqual([same.status, same.text], [304, ""]);
	t.is((await door.ask("HEAD", "/.well-known/ofscp-provider")).headers.get("etag"), etag);

	const [key] = provider.publicKeys;
	t.is(Buffer.from(key.key, "base64").length, 32);
	const own = await providerKey(createBridgeState(door.context, "provider"), door.context.clock);
	const publicKey = createPublicKey({
		format: "jwk",
		key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(key.key, "base64").toString("base64url") },
	});
	t.true(verify(null, Buffer.from("hello"), publicKey, Buffer.from(own.sign(Buffer.from("hello")), "base64")));
});

test("the short URL of a group in the specification redirects to the group", async (t) => {
	const door = await openDoor();
	t.teardown(() => door.close());
	const id = "grp_01m7yn0jjpf1wsqnjq7yjyvjjd";
	const answer = await door.ask("GET", `/${id}`);
	t.deepEqual([answer.status, answer.headers.get("location")], [308, `/api/groups/${id}`]);
	for (const wrong of [`/${id}/`, `/${id}x`, "/grp_", "/grp_..%2fme"])
		t.is((await door.ask("GET", wrong)).status, 404, wrong);
});

test("operators can read liveness, readiness and metrics", async (t) => {
	let state: "ready" | "recovering" | "draining" = "recovering";
	const door = await openDoor({
		health: { state: () => state, storeTrouble: async () => undefined },
		bridges: [echo(["inbox"], async () => ({ status: 202 }))],
	});
	t.teardown(() => door.close());
	t.is((await door.ask("GET", "/healthz")).status, 200);
	const recovering = await door.ask("GET", "/readyz");
	t.is(recovering.status, 503);
	t.is(recovering.headers.get("content-type"), "application/problem+json");
	state = "ready";
	t.deepEqual((await door.ask("GET", "/readyz")).body, { status: "ready" });
	await door.ask("GET", "/api/tiers");
	const metrics = await door.ask("GET", "/metrics");
	t.regex(
		metrics.text,
		/causeway_http_request_duration_seconds_count\{route="GET \/api\/tiers",method="GET",status="200"\} 1/,
	);
	t.regex(metrics.text, /process_cpu_seconds_total/);
	state = "draining";
	t.is((await door.ask("GET", "/healthz")).status, 200);
	for (const [method, at] of [
		["GET", "/readyz"],
		["GET", "/api/tiers"],
		["POST", "/inbox"],
	] as const) {
		const answer = await door.ask(method, at);
		t.is(answer.status, 503, at);
		t.truthy(answer.headers.get("retry-after"));
	}
});

test("the request log contains no secrets", async (t) => {
	const lines: string[] = [];
	const write = (fields: object, message: string) => lines.push(JSON.stringify({ ...fields, message }));
	const door = await openDoor({ logger: { ...silentLogger, info: write, debug: write, warn: write, error: write } });
	t.teardown(() => door.close());
	const jane = await door.person("jane");
	await door.ask("GET", `/api/me?access_token=${jane.token}`, { token: jane.token });
	await until("the line", () => lines.length > 0);
	t.like(JSON.parse(lines[0] as string), { method: "GET", path: "/api/me", message: "request" });
	t.false(lines.join().includes(jane.token));
});

test("a stopping server finishes pending requests and closes idle connections", async (t) => {
	const entered = Promise.withResolvers<void>();
	const released = Promise.withResolvers<void>();
	const door = await openDoor({
		bridges: [
			echo(["slow"], async () => {
				entered.resolve();
				await released.promise;
				return { status: 200, body: "done" };
			}),
		],
	});
	const idle = connect(door.port, "127.0.0.1");
	const idleClosed = new Promise((resolve) => idle.once("close", resolve));
	idle.resume().write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
	const slow = door.ask("GET", "/slow");
	await entered.promise;
	const closed = door.close();
	await idleClosed;
	await t.throwsAsync(fetch(`${door.url}/healthz`));
	released.resolve();
	t.is((await slow).text, "done");
	await closed;
});
