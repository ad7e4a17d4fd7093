import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { accountByHandle } from "#core/accounts/find-account.ts";
import { recoveryLink } from "#core/identity/recovery.ts";
import { beginTotp, confirmTotp } from "#core/identity/totp.ts";
import type { Account } from "#core/model/account.ts";
import { listenTo } from "../realtime/event-client.ts";
import { codeAt } from "../support/codes.ts";
import { type DeviceKeyPair, newKeyPair, type Signing, signedHeaders } from "../support/device.ts";
import { until } from "../support/wait.ts";
import { type Ask, type Door, type DoorOptions, openDoor, type Reply } from "./door.ts";

const password = "a bridge over quiet water";

async function open(t: ExecutionContext, options: DoorOptions = {}): Promise<Door> {
	const door = await openDoor(options);
	t.teardown(() => door.close());
	return door;
}

/** A person with a device key. */
interface Signer {
	readonly keyId: string;
	readonly key: DeviceKeyPair;
	readonly signer: string;
}

const addKey = (door: Door, token: string, body: object): Promise<Reply> =>
	door.ask("POST", "/api/auth/device-keys", { token, body });

async function signer(door: Door, handle: string): Promise<Signer> {
	const { body } = await door.ask("POST", "/api/auth/register", { body: { handle, password } });
	const key = newKeyPair();
	const made = await addKey(door, body.bootstrap_token, { public_key: key.publicKey, algorithm: "Ed25519" });
	return { keyId: made.body.key_id, key, signer: `${handle}@social.example` };
}

function ask(door: Door, by: Signer, method: string, target: string, more: Omit<Partial<Signing>, "body"> & Ask = {}) {
	const { token, headers, body: sent, raw, ...bent } = more;
	const body = sent === undefined ? raw : JSON.stringify(sent);
	const text = body === undefined ? {} : { body: String(body) };
	const signed = signedHeaders({ ...by, authority: "social.example", method, target, ...text, ...bent });
	return door.ask(method, target, {
		...(token === undefined ? {} : { token }),
		...(body === undefined ? {} : { raw: body }),
		headers: { ...signed, ...headers },
	});
}

test("a password yields a token that registers one key, with which requests to every route can be signed", async (t) => {
	const door = await open(t);
	const made = await door.ask("POST", "/api/auth/register", {
		body: { handle: "jane", password, displayName: "Jane" },
	});
	t.is(made.status, 201);
	t.like(made.body, { token_type: "bootstrap", expires_in: 300, actor: "jane@social.example" });
	t.is(made.headers.get("cache-control"), "no-store");
	t.truthy(made.headers.get("location"));

	const key = newKeyPair();
	const wish = { public_key: key.spki, algorithm: "Ed25519", device_name: "Firefox on Linux" };
	const added = await addKey(door, made.body.bootstrap_token, wish);
	t.is(added.status, 201);
	t.like(added.body, { public_key: key.publicKey, algorithm: "Ed25519", device_name: "Firefox on Linux" });
	t.regex(added.body.key_id, /^dk_/);
	t.is(added.headers.get("location"), `/api/auth/device-keys/${added.body.key_id}`);

	const jane = { signer: "jane@social.example", keyId: added.body.key_id, key };
	const me = await ask(door, jane, "GET", "/api/me");
	t.is(me.status, 200);
	t.is(me.body.handle, "jane");
	const { group, channel } = me.body.timeline;
	const memo = { type: "memo", content: { text: "Signed" } };
	const posted = await ask(door, jane, "POST", `/api/groups/${group}/channels/${channel}/messages`, { body: memo });
	t.is(posted.status, 201);
	t.is(posted.body.author, "jane@social.example");
});

test("a bootstrap token works once, for its own account, and nowhere else", async (t) => {
	const door = await open(t);
	const { body } = await door.ask("POST", "/api/auth/register", { body: { handle: "jane", password } });
	const token = body.bootstrap_token;
	for (const [method, at] of [
		["GET", "/api/me"],
		["GET", "/api/auth/device-keys"],
		["GET", "/api/groups/grp_1"],
		["GET", "/api/events"],
	] as const) {
		const refused = await door.ask(method, at, { token });
		t.is(refused.status, 403, at);
		t.is(refused.body.errorCode, "bootstrap_only");
		t.regex(refused.headers.get("www-authenticate") ?? "", /^Bearer .*error="insufficient_scope", scope="ofscp"/);
	}
	const wrong = await addKey(door, token, { public_key: "AAAA" });
	t.is(wrong.status, 400, "an invalid key does not use up the token");
	t.is(wrong.body.errors[0].field, "/public_key");
	t.is((await addKey(door, token, { public_key: newKeyPair().publicKey, algorithm: "RSA" })).status, 400);

	const tries = await Promise.all(
		Array.from({ length: 5 }, () => addKey(door, token, { public_key: newKeyPair().publicKey, handle: "sam" })),
	);
	t.deepEqual(tries.map(({ status }) => status).toSorted(), [201, 401, 401, 401, 401]);
	const keys = await door.ask("GET", "/.well-known/ofscp/users/jane/keys");
	t.is(keys.body.keys.length, 1);
});

test("a bootstrap token expires after five minutes", async (t) => {
	const clock = { time: Date.now(), now: () => clock.time };
	const door = await open(t, { clock });
	const { body } = await door.ask("POST", "/api/auth/register", { body: { handle: "jane", password } });
	clock.time += 300_000;
	t.is((await addKey(door, body.bootstrap_token, { public_key: newKeyPair().publicKey })).status, 401);
});

test("login requires the password, and a second-factor code if one is set up", async (t) => {
	const door = await open(t);
	await door.ask("POST", "/api/auth/register", { body: { handle: "jane", password } });
	const login = (fields: object) =>
		door.ask("POST", "/api/auth/login", { body: { handle: "jane", password, ...fields } });
	const known = await login({});
	t.is(known.status, 200);
	t.regex(known.body.bootstrap_token, /^bt_/);

	const wrong = await login({ password: "another password" });
	const unknown = await login({ handle: "nobody" });
	t.is(wrong.status, 401);
	const { instance: _, ...said } = wrong.body;
	t.like(unknown.body, said, "the response does not reveal whether the account exists");

	const account = (await accountByHandle(door.context, "jane", "social.example")) as Account;
	const { secret } = await beginTotp(door.context, account);
	const [recoveryCode] = await confirmTotp(door.context, account, codeAt(secret, door.context.clock.now()));
	const asked = await login({});
	t.is(asked.status, 401);
	t.is(asked.body.errorCode, "otp_required");
	t.is(asked.body.bootstrap_token, undefined);
	t.is((await login({ otp: "000000" })).body.errorCode, "otp_invalid");
	t.is((await login({ otp: recoveryCode })).status, 200);
	t.is((await login({ otp: recoveryCode })).body.errorCode, "otp_invalid", "each code once");
	t.is((await login({ password: "another password", otp: recoveryCode })).body.errorCode, "invalid_credentials");
});

test("an invalid registration names each invalid field", async (t) => {
	const door = await open(t);
	const register = (body: unknown) => door.ask("POST", "/api/auth/register", { body });
	const wrong = await register({ handle: "Not A Handle", password: "short" });
	t.is(wrong.status, 400);
	t.deepEqual(wrong.body.errors.map(({ field }: { field: string }) => field).toSorted(), ["/handle", "/password"]);
	t.is((await register({ handle: "jane" })).body.errors[0].field, "/password");
	t.is((await register([])).status, 400);
	t.is((await register({ handle: "jane", password })).status, 201);
	const taken = await register({ handle: "jane", password });
	t.is(taken.status, 409);
	t.is(taken.body.errorCode, "handle_taken");
});

const lines = ["authority", "method", "path", "query", "timestamp", "nonce", "digest"];
for (const [at, line] of lines.entries())
	test(`a request whose signature covers another ${line} is rejected`, async (t) => {
		const door = await open(t);
		const jane = await signer(door, "jane");
		const target = "/api/me/timeline?limit=5";
		const bend = (all: string[]) => all.with(at, `${all[at]}x`);
		const refused = await ask(door, jane, "GET", target, { bend });
		t.is(refused.status, 401);
		t.is(refused.body.errorCode, "signature_invalid");
		t.truthy(refused.headers.get("www-authenticate"));
		t.is((await ask(door, jane, "GET", target)).status, 200);
	});

test("query parameters may be signed in any order, and are signed as sent", async (t) => {
	const door = await open(t);
	const jane = await signer(door, "jane");
	const headers = signedHeaders({
		...jane,
		authority: "social.example",
		method: "GET",
		target: "/api/me/timeline?limit=5&x=%31&a=b",
	});
	t.is((await door.ask("GET", "/api/me/timeline?x=%31&a=b&limit=5", { headers })).status, 200);
	t.is((await door.ask("GET", "/api/me/timeline?x=1&a=b&limit=5", { headers })).status, 401, "not decoded");
});

test("all signature headers are required, and the timestamp must be recent", async (t) => {
	const door = await open(t);
	const jane = await signer(door, "jane");
	const base = { ...jane, authority: "social.example", method: "GET", target: "/api/me" };
	for (const name of Object.keys(signedHeaders(base))) {
		const { [name]: _, ...others } = signedHeaders(base);
		const refused = await door.ask("GET", "/api/me", { headers: others });
		t.is(refused.status, 401, name);
		t.is(refused.body.errorCode, "signature_incomplete", name);
	}
	const at = (seconds: number) => `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`;
	for (const timestamp of [at(-310), at(310), "yesterday", at(0).replace("Z", "+00:00"), "2026-13-45T99:99:99Z"])
		t.is((await ask(door, jane, "GET", "/api/me", { timestamp })).body.errorCode, "signature_expired", timestamp);
	t.is((await ask(door, jane, "GET", "/api/me", { timestamp: at(-290) })).status, 200);
	t.is((await ask(door, jane, "GET", "/api/me", { timestamp: at(290) })).status, 200);
	t.is((await ask(door, jane, "GET", "/api/me", { nonce: "short" })).status, 401);
});

test("a body that differs from its digest gets 400 and is not parsed", async (t) => {
	const door = await open(t);
	const jane = await signer(door, "jane");
	const base = { ...jane, authority: "social.example", method: "POST", target: "/api/groups", body: '{"name":"A"}' };
	const refused = await door.ask("POST", "/api/groups", { raw: '{"name":', headers: signedHeaders(base) });
	t.is(refused.status, 400);
	t.is(refused.body.errorCode, "digest_mismatch");
	const forged = await ask(door, { ...jane, key: newKeyPair() }, "POST", "/api/groups", { raw: '{"name":' });
	t.is(forged.status, 401, "the caller is authenticated before the body is parsed");
	t.is((await door.ask("POST", "/api/groups", { raw: base.body, headers: signedHeaders(base) })).status, 201);
});

test("a nonce works once, even for concurrent requests, and only a valid signature uses it up", async (t) => {
	const door = await open(t);
	const jane = await signer(door, "jane");
	const nonce = "a-nonce-of-enough-characters";
	t.is((await ask(door, { ...jane, key: newKeyPair() }, "GET", "/api/me", { nonce })).status, 401);
	const both = await Promise.all([1, 2].map(() => ask(door, jane, "GET", "/api/me", { nonce })));
	t.deepEqual(both.map(({ status }) => status).toSorted(), [200, 401]);
	const again = await ask(door, jane, "GET", "/api/me", { nonce });
	t.is(again.body.errorCode, "nonce_reused");
});

test("two kinds of credential in one request are rejected", async (t) => {
	const door = await open(t);
	const jane = await signer(door, "jane");
	const sam = await door.person("sam");
	for (const at of ["/api/me", "/api/groups/grp_1", "/api/events"]) {
		const refused = await ask(door, jane, "GET", at, { token: sam.token });
		t.is(refused.status, 400, at);
		t.is(refused.body.errors[0].field, "Authorization");
	}
});

test("a key signs only for its own account", async (t) => {
	const door = await open(t);
	const jane = await signer(door, "jane");
	await signer(door, "sam");
	for (const name of ["sam@social.example", "nobody@social.example", "jane"])
		t.is((await ask(door, { ...jane, signer: name }, "GET", "/api/me", {})).status, 401, name);
	// No server answers there, so whose key it is can't be said now.
	t.is((await ask(door, { ...jane, signer: "jane@127.0.0.1:1" }, "GET", "/api/me", {})).status, 503);
	t.is((await ask(door, { ...jane, signer: "@JANE@Social.Example" }, "GET", "/api/me")).status, 200);
});

test("a revoked key is rejected and no longer published, and its stream ends", async (t) => {
	const door = await open(t);
	const jane = await signer(door, "jane");
	const { body: me } = await ask(door, jane, "GET", "/api/me");
	const other = newKeyPair();
	const second = await ask(door, jane, "POST", "/api/auth/device-keys", {
		body: { public_key: other.publicKey, name: "Phone" },
	});
	t.is(second.status, 201);
	const phone = { ...jane, key: other, keyId: second.body.key_id };

	const listening = { ...jane, authority: "social.example", method: "GET", target: "/api/events" };
	const stream = await listenTo(`${door.url}/api/events`, undefined, signedHeaders(listening));
	const staying = await listenTo(`${door.url}/api/events`, undefined, signedHeaders({ ...listening, ...phone }));
	t.is(stream.status, 200);
	const listed = await ask(door, phone, "GET", "/api/auth/device-keys");
	t.deepEqual(
		listed.body.items.map(({ id }: { id: string }) => id),
		[jane.keyId, phone.keyId],
	);
	t.is((await ask(door, phone, "DELETE", `/api/auth/device-keys/${jane.keyId}`)).status, 204);
	await until("the stream ends", () => stream.ended);
	t.false(staying.ended);
	t.is((await ask(door, jane, "GET", "/api/me")).status, 401);
	t.is((await ask(door, phone, "DELETE", `/api/auth/device-keys/${jane.keyId}`)).status, 404);
	const { keys } = (await door.ask("GET", "/.well-known/ofscp/users/jane/keys")).body;
	t.deepEqual(
		keys.map((key: { key_id: string }) => key.key_id),
		[phone.keyId],
	);

	const stranger = await signer(door, "sam");
	t.is((await ask(door, stranger, "DELETE", `/api/auth/device-keys/${phone.keyId}`)).status, 404);
	t.is((await ask(door, phone, "GET", "/api/me")).body.id, me.id);
	staying.kill();
});

test("an access token can register keys too; registering a key again changes nothing; their number is limited", async (t) => {
	const door = await open(t);
	const jane = await door.person("jane");
	const key = newKeyPair().publicKey;
	const first = await addKey(door, jane.token, { public_key: key });
	const again = await addKey(door, jane.token, { public_key: key });
	t.is(again.status, 200);
	t.is(again.body.key_id, first.body.key_id);
	for (let i = 1; i < 50; i++) await addKey(door, jane.token, { public_key: newKeyPair().publicKey });
	const full = await addKey(door, jane.token, { public_key: newKeyPair().publicKey });
	t.is(full.status, 409);
	t.is(full.body.errorCode, "too_many_device_keys");
	await door.ask("DELETE", `/api/auth/device-keys/${first.body.key_id}`, { token: jane.token });
	t.is((await addKey(door, jane.token, { public_key: newKeyPair().publicKey })).status, 201);
});

test("keys are published with the member names of all revisions, and can be revalidated", async (t) => {
	const door = await open(t);
	const jane = await signer(door, "jane");
	const shown = await door.ask("GET", "/.well-known/ofscp/users/jane/keys");
	t.is(shown.status, 200);
	t.is(shown.body.actor, "jane@social.example");
	const [key] = shown.body.keys;
	t.like(key, {
		key_id: jane.keyId,
		keyId: jane.keyId,
		algorithm: "Ed25519",
		public_key: jane.key.publicKey,
		publicKey: jane.key.publicKey,
	});
	t.is(shown.body.cache_until, shown.body.cacheUntil);
	const life = Date.parse(shown.body.cache_until) - Date.now();
	t.true(life > 0 && life <= 3_600_000);
	t.regex(shown.headers.get("cache-control") ?? "", /max-age=\d+/);
	t.is(shown.headers.get("access-control-allow-origin"), "*");
	const headers = { "If-None-Match": shown.headers.get("etag") ?? "" };
	t.is((await door.ask("GET", "/.well-known/ofscp/users/jane/keys", { headers })).status, 304);
	t.is((await door.ask("GET", "/.well-known/ofscp/users/jane%40social.example/keys")).status, 200);

	const missing = await door.ask("GET", "/.well-known/ofscp/users/nobody/keys");
	t.is(missing.status, 404);
	for (const at of ["admin", "jane%40elsewhere.example", "%00", "jane@social.example:1"])
		t.is((await door.ask("GET", `/.well-known/ofscp/users/${at}/keys`)).status, 404, at);
});

test("the provider holds a stable key for an account without device keys", async (t) => {
	const door = await open(t);
	const jane = await door.person("jane");
	const at = "/.well-known/ofscp/users/jane/keys";
	const [first, second] = await Promise.all([door.ask("GET", at), door.ask("GET", at)]);
	t.is(first.body.keys.length, 1);
	t.deepEqual(first.body.keys, second.body.keys);
	t.regex(first.body.keys[0].key_id, /^ck-/);
	const own = await addKey(door, jane.token, { public_key: newKeyPair().publicKey });
	const { keys } = (await door.ask("GET", at)).body;
	t.deepEqual(
		keys.map((key: { key_id: string }) => key.key_id),
		[own.body.key_id],
	);
});

test("setting a new password with a recovery token revokes every key", async (t) => {
	const door = await open(t);
	const jane = await signer(door, "jane");
	const asked = await Promise.all(
		["jane", "nobody"].map((handle) => door.ask("POST", "/api/auth/recover", { body: { handle } })),
	);
	t.deepEqual(
		asked.map(({ status, text }) => [status, text]),
		[
			[202, ""],
			[202, ""],
		],
	);
	const account = (await accountByHandle(door.context, "jane", "social.example")) as Account;
	const token = new URL(await recoveryLink(door.context, account)).searchParams.get("link");
	const confirm = (newPassword: string) =>
		door.ask("POST", "/api/auth/recover/confirm", { body: { token, newPassword } });
	t.is((await confirm("short")).body.errors[0].field, "/newPassword");
	t.is((await ask(door, jane, "GET", "/api/me")).status, 200);
	t.is((await confirm("still water under the bridge")).status, 204);
	t.is((await ask(door, jane, "GET", "/api/me")).status, 401);
	const again = await confirm("still water under the bridge");
	t.is(again.status, 400);
	t.is(again.body.errors[0].field, "/token");
});

test("a key is listed among its owner's sessions, and can be revoked there", async (t) => {
	const door = await open(t);
	const jane = await signer(door, "jane");
	const { items } = (await ask(door, jane, "GET", "/api/me/sessions")).body;
	t.is(items.length, 1);
	t.like(items[0], { id: jane.keyId, kind: "device", client: "A device", current: true });
	t.is((await ask(door, jane, "DELETE", `/api/me/sessions/${jane.keyId}`)).status, 204);
	t.is((await ask(door, jane, "GET", "/api/me")).status, 401);
});

test("malformed signature headers get a clear error", async (t) => {
	const door = await open(t);
	const jane = await signer(door, "jane");
	const base = { ...jane, authority: "social.example", method: "GET", target: "/api/me" };
	const names = Object.keys(signedHeaders(base));
	const away = "sam@127.0.0.1:1";
	const value = fc.oneof(
		fc.string({ unit: "grapheme-ascii", maxLength: 300 }).map((text) => text.trim()),
		fc.base64String({ maxLength: 120 }),
		fc.constant(away),
		fc.constantFrom("jane@", "@", "jane@[::1]", "jane@10.0.0.1", `${"9".repeat(400)}`, "9999-12-31T23:59:60Z"),
	);
	await fc.assert(
		fc.asyncProperty(fc.constantFrom(...names), value, async (name, text) => {
			const { status } = await door.ask("GET", "/api/me", { headers: { ...signedHeaders(base), [name]: text } });
			// A well-formed address at which no server answers is no malformed header: its keys can't be had now.
			const isAddress = name === "X-OFSCP-Actor" && text.includes("@");
			const wanted = text === away && isAddress ? [503] : [400, 401, 403, ...(isAddress ? [503] : [])];
			t.true(wanted.includes(status), `${name}: ${text} gave ${status}`);
		}),
		{ numRuns: 100 },
	);
});
