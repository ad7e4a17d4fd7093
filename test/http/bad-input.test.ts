import { request } from "node:http";
import { connect } from "node:net";
import test from "ava";
import { addToken } from "#core/identity/tokens.ts";
import { StoreUnavailable } from "#core/ports/store.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { type Door, openDoor, type Person } from "./door.ts";

let door: Door;
let jane: Person;
let place: { group: string; channel: string; path: string };
const logged: object[] = [];
test.before(async () => {
	door = await openDoor({ logger: { ...silentLogger, error: (fields) => logged.push(fields) } });
	jane = await door.person("jane");
	place = await door.channel(jane);
});
test.after.always(async (t) => {
	t.is((await door.ask("GET", `${place.path}/messages`)).body.items.length, 0, "something was stored");
	t.deepEqual(logged, [], "an internal error was logged");
	await door.close();
});

const memo = { type: "memo", content: { text: "x" } };
const send = (raw: string | Buffer, headers = {}) =>
	door.ask("POST", `${place.path}/messages`, { token: jane.token, raw, headers });

test("a missing token, a wrong one and one of the wrong kind get 401 and a challenge", async (t) => {
	const without = await door.ask("POST", `${place.path}/messages`, { body: memo });
	t.is(without.status, 401);
	t.is(
		without.headers.get("www-authenticate"),
		'Bearer realm="social.example", scope="ofscp", resource_metadata="http://social.example/.well-known/oauth-protected-resource"',
	);
	t.is(without.headers.get("content-type"), "application/problem+json");
	t.like(without.body, { status: 401, errorCode: "token_missing", instance: `${place.path}/messages` });
	for (const authorization of ["Bearer cwy_wrong", "Bearer", "Basic amFuZTpwdw==", `bearer ${"x".repeat(5000)}`]) {
		const answer = await door.ask("POST", `${place.path}/messages`, { body: memo, headers: { authorization } });
		t.is(answer.status, 401);
		t.regex(answer.headers.get("www-authenticate") as string, /error="invalid_token"/);
	}
	t.is(
		(await door.ask("GET", `${place.path}/messages`, { token: "cwy_wrong" })).status,
		401,
		"a wrong token is not treated as anonymous",
	);
	t.is((await door.ask("POST", `${place.path}/messages?access_token=${jane.token}`, { body: memo })).status, 401);
});

test("a token without the scope and two kinds of credential are rejected", async (t) => {
	const token = await addToken(door.context, { account: jane.account.id, scopes: ["profile"], name: "narrow" });
	const narrow = await door.ask("POST", `${place.path}/messages`, { token, body: memo });
	t.is(narrow.status, 403);
	t.is(narrow.body.errorCode, "insufficient_scope");
	t.regex(narrow.headers.get("www-authenticate") as string, /insufficient_scope.*scope="ofscp"/);
	const both = await door.ask("POST", `${place.path}/messages`, {
		token: jane.token,
		body: memo,
		headers: { "x-ofscp-signature": "abc" },
	});
	t.is(both.status, 400);
});

test("bodies that are not JSON, not UTF-8, too deep, too wide or have forbidden keys get 400 and the reason", async (t) => {
	const deep = `${'{"a":'.repeat(100)}1${"}".repeat(100)}`;
	const cases: [string | Buffer, RegExp][] = [
		["", /JSON/],
		["not json", /JSON/],
		['{"type":"memo"', /JSON/],
		[Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), /UTF-8/],
		[deep, /64 levels/],
		[JSON.stringify({ ...memo, tags: Array.from({ length: 10_001 }, () => 1) }), /10000 values/],
		['{"type":"memo","content":{"text":"x","__proto__":{"a":1}}}', /__proto__/],
		['{"constructor":{}}', /constructor/],
		['"a string"', /object/],
		["null", /object/],
	];
	for (const [raw, expected] of cases) {
		const answer = await send(raw);
		t.is(answer.status, 400, String(raw).slice(0, 50));
		t.regex(answer.body.detail, expected);
	}
});

test("each invalid field is named with the expected value", async (t) => {
	const cases: [object, string][] = [
		[{ type: "poem", content: { text: "x" } }, "/type"],
		[{ content: { text: "x" } }, "/type"],
		[{ type: "memo" }, "/content"],
		[{ type: "memo", content: {} }, "/content/text"],
		[{ type: "memo", content: { text: 1 } }, "/content/text"],
		[{ type: "memo", content: { text: "  " } }, "/content/text"],
		[{ type: "memo", content: { text: "x".repeat(65 * 1024) } }, "/content/text"],
		[{ type: "article", content: { text: "x", mime: "image/png" } }, "/content/mime"],
		[{ ...memo, tags: ["a", 2] }, "/tags/1"],
		[{ ...memo, clientMessageId: "" }, "/clientMessageId"],
		[{ ...memo, attachments: [{ id: "att_1" }] }, "/attachments"],
		[{ ...memo, permissions: { editUntil: "soon" } }, "/permissions/editUntil"],
		[{ ...memo, metadata: [{ schema: "x", data: 1 }] }, "/metadata"],
		[{ ...memo, reference: 7 }, "/reference"],
		[{ type: "reaction", reference: "msg_x", image: "http://plain.example/x.png" }, "/image"],
	];
	for (const [body, field] of cases) {
		const answer = await door.ask("POST", `${place.path}/messages`, { token: jane.token, body });
		t.is(answer.status, 400, JSON.stringify(body).slice(0, 60));
		t.is(answer.body.errorCode, "invalid_request");
		t.true(
			answer.body.errors.some(
				(e: { field: string; expected: string }) => e.field.startsWith(field) && e.expected.length > 3,
			),
			answer.text,
		);
	}
});

test("a lone surrogate is rejected before it reaches the store", async (t) => {
	t.is((await send('{"type":"memo","content":{"text":"\\ud800"}}')).status, 400);
});

test("a compressed body or one of another type gets 415", async (t) => {
	t.is((await send(JSON.stringify(memo), { "content-type": "text/plain" })).status, 415);
	t.is((await send("a=b", { "content-type": "application/x-www-form-urlencoded" })).status, 415);
	t.is((await send(JSON.stringify(memo), { "content-encoding": "gzip" })).status, 415);
});

test("a body that is too large gets 413, and the client can read the response", async (t) => {
	const large = JSON.stringify({ ...memo, content: { text: "x".repeat(3 * 1024 * 1024) } });
	const answer = await send(large);
	t.is(answer.status, 413);
	t.is(answer.body.errorCode, "payload_too_large");
	t.is((await send(Buffer.alloc(6 * 1024 * 1024, 32))).status, 413);
});

test("a huge Content-Length is rejected at once and the connection closed", async (t) => {
	const { status, connection } = await new Promise<{ status: number | undefined; connection: string | undefined }>(
		(resolve, reject) => {
			const sent = request(`${door.url}${place.path}/messages`, {
				method: "POST",
				headers: {
					authorization: `Bearer ${jane.token}`,
					"content-type": "application/json",
					"content-length": "99999999999",
				},
			});
			sent.once("error", reject).once("response", (response) => {
				resolve({ status: response.statusCode, connection: response.headers.connection });
				sent.destroy();
			});
			sent.write("{");
		},
	);
	t.is(status, 413);
	t.is(connection, "close");
});

test("a client that disconnects in the middle of a body does no harm", async (t) => {
	await new Promise<void>((resolve) => {
		const socket = connect(door.port, "127.0.0.1", () => {
			socket.write(
				`POST ${place.path}/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${jane.token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"type"`,
			);
			setTimeout(() => socket.destroy(), 50);
		});
		socket.once("close", () => resolve());
	});
	t.is((await door.ask("GET", "/healthz")).status, 200);
});

test("unknown paths, unknown methods and broken encodings get 404, 405 or 400", async (t) => {
	for (const at of [
		"/api/nothing",
		"/api",
		"/nothing",
		"/api/groups/x/channels/y/z",
		"/.well-known/nothing",
		"/.well-known",
		"//",
		"/assets/other.css",
	]) {
		const answer = await door.ask("GET", at);
		t.is(answer.status, 404, at);
		t.is(answer.body.errorCode, "not_found");
	}
	const wrong = await door.ask("PUT", `${place.path}/messages`, { token: jane.token, body: {} });
	t.is(wrong.status, 405);
	t.deepEqual((wrong.headers.get("allow") as string).split(", ").toSorted(), ["GET", "HEAD", "POST"]);
	for (const at of ["/api/groups/%", "/@%ff", "/c/%c3%28", `${place.path}/messages/%zz`])
		t.true([400, 404].includes((await door.ask("GET", at)).status), at);
});

test("an unavailable store leads to 503 without details", async (t) => {
	const other = await openDoor();
	t.teardown(() => other.close());
	const { store } = other.context;
	const get = store.get;
	(store as { get: unknown }).get = async () => {
		throw new StoreUnavailable("disk /var/lib/secret is full");
	};
	const answer = await other.ask("GET", "/api/me", { token: "cwy_any" });
	t.is(answer.status, 503);
	t.truthy(answer.headers.get("retry-after"));
	t.false(answer.text.includes("secret"));
	(store as { get: unknown }).get = async () => {
		throw new TypeError("private detail");
	};
	const broken = await other.ask("GET", "/api/me", { token: "cwy_any" });
	t.is(broken.status, 500);
	t.false(broken.text.includes("private"));
	(store as { get: unknown }).get = get;
});
