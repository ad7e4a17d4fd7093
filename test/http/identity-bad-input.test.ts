import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import anyTest, { type TestFn } from "ava";
import { createAccount } from "#core/accounts/create-account.ts";
import { accountByHandle } from "#core/accounts/find-account.ts";
import { recoveryLink } from "#core/identity/recovery.ts";
import { addToken } from "#core/identity/tokens.ts";
import type { Account } from "#core/model/account.ts";
import { type Browser, createBrowser, formsOf, type Page } from "../support/browser-forms.ts";
import { type Running, startGateway } from "../support/gateway.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { begin, member, password, register, startScene } from "./oauth/scene.ts";

interface Scene {
	folder: string;
	running: Running;
	token: string;
	errors: object[];
}
const test = anyTest as TestFn<Scene>;

test.before(async (t) => {
	const errors: object[] = [];
	const logger = { ...silentLogger, error: (fields: object) => void errors.push(fields) };
	const folder = await mkdtemp(path.join(tmpdir(), "causeway-bad-input-"));
	const env = { CAUSEWAY_REGISTRATION_MODE: "open", CAUSEWAY_LIMITS_SCALE: "10000" };
	const running = await startGateway(folder, env, undefined, { logger });
	const { context } = running.gateway;
	const jane = await createAccount(context, { handle: "jane" });
	const token = await addToken(context, { account: jane.id, scopes: ["ofscp"], name: "test" });
	Object.assign(t.context, { folder, running, token, errors });
});
test.after.always(async (t) => {
	t.deepEqual(t.context.errors, [], "an internal error was logged");
	await t.context.running?.[Symbol.asyncDispose]();
	if (t.context.folder !== undefined) await rm(t.context.folder, { recursive: true, force: true, maxRetries: 3 });
});

const bodies: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = [
	["POST", "/api/auth/register", { handle: "a b", password: "x", displayName: "X", email: "x", invite: "x" }],
	["POST", "/api/auth/login", { handle: "", password: "", otp: "1" }],
	["POST", "/api/auth/recover", { handle: "" }],
	["POST", "/api/auth/recover/confirm", { token: "cwr_x", newPassword: "x" }],
	["POST", "/api/auth/device-keys", { public_key: "x", algorithm: "rsa", device_name: "x" }],
	["PATCH", "/api/me", { displayName: "", bio: "x", avatar: "x", locked: 1, email: "x", settings: 1, presence: 1 }],
	["DELETE", "/api/me", { password: 1 }],
	["PUT", "/api/me/password", { current: 1, next: "x" }],
	["PUT", "/api/me/privacy", { presence: "x", groups: "x" }],
	["PUT", "/api/me/presence", { availability: "x", status: "x" }],
	["PATCH", "/api/me/profile", { displayName: "", bio: "x", avatar: "x" }],
];
const odd: readonly unknown[] = [
	null,
	-1,
	true,
	[],
	[{}],
	{},
	{ $gt: "" },
	{ toString: "x", length: 1 },
	"\0",
	"a\0b",
	"\ud800",
	"\u202e\u2066",
	"x".repeat(5000),
	"https://[::1",
	"javascript:alert(1)",
];

test("any invalid value in a field of an account gets a clear error that names the field", async (t) => {
	const { origin } = t.context.running;
	const send = (method: string, at: string, body: string | Buffer) =>
		fetch(origin + at, {
			method,
			headers: { authorization: `Bearer ${t.context.token}`, "content-type": "application/json" },
			body,
		});
	for (const [method, at, base] of bodies) {
		for (const field of [...Object.keys(base), "unknown"]) {
			for (const value of odd) {
				const body = JSON.stringify({ ...base, [field]: value });
				const answer = await send(method, at, body);
				const text = await answer.text();
				const what = `${method} ${at} ${body.slice(0, 150)}: ${answer.status} ${text.slice(0, 200)}`;
				if (answer.status !== 400) t.true(answer.status < 500, what);
				else t.regex((JSON.parse(text) as { errors: { field: string }[] }).errors[0]?.field ?? "none", /^\//, what);
			}
		}
		const json = JSON.stringify(base);
		for (const body of [
			"",
			"null",
			"[]",
			'"x"',
			`${json}x`,
			`{"__proto__":${json}}`,
			`{"constructor":{"prototype":${json}}}`,
			`${'{"a":'.repeat(70)}1${"}".repeat(70)}`,
			Buffer.from([0x7b, 0xff, 0x7d]),
		]) {
			const answer = await send(method, at, body);
			t.is(answer.status, 400, `${method} ${at} ${String(body).slice(0, 60)}`);
			t.true(Array.isArray(((await answer.json()) as { errors: unknown }).errors));
		}
		t.is((await fetch(origin + at, { method: "PROPFIND" })).status, 405, at);
	}
});

test("malformed names and ids are rejected or not found, however they are encoded", async (t) => {
	const { origin } = t.context.running;
	const headers = { authorization: `Bearer ${t.context.token}` };
	const names = ["%", "%00", "%ff", "__proto__", "constructor", "@", "@@", "jane@[", "jane@-", "jane%0a", "%E2%80%AE"];
	for (const name of [...names, "x".repeat(3000), "usr_0", `jane@${"a.".repeat(300)}`]) {
		for (const at of [
			`/api/users/${name}/profile`,
			`/api/users/${name}/presence`,
			`/api/users/${name}/groups`,
			`/api/identity/users/${name}`,
			`/.well-known/ofscp/users/${name}/keys`,
			`/oauth/interaction/${name}`,
			`/oauth/register/${name}`,
		]) {
			const { status } = await fetch(origin + at, { headers });
			t.true([400, 401, 404, 429].includes(status), `${at.slice(0, 80)}: ${status}`);
		}
		for (const at of [`/api/me/sessions/${name}`, `/api/auth/device-keys/${name}`]) {
			const { status } = await fetch(origin + at, { method: "DELETE", headers });
			t.true([400, 404].includes(status), `${at.slice(0, 80)}: ${status}`);
		}
	}
});

/** Submits every form of a page with odd values in all its fields, and yields the responses. */
async function* sendOddly(origin: string, browser: Browser, page: Page) {
	const values = [
		"",
		"\0",
		"a\0b",
		"\u202e",
		"x".repeat(3000),
		"%",
		"[object Object]",
		"{",
		"null",
		"-1",
		'{"id":"\\u0000"}',
	];
	for (const { action, hidden } of formsOf(page)) {
		const target = new URL(action, page.url);
		// These would end the session or the interaction.
		if (target.pathname.endsWith("/sign-out") || target.pathname.endsWith("/abort")) continue;
		const names = [...page.text.matchAll(/<(?:input|textarea|button|select)\b[^>]*\sname="([^"]+)"/g)]
			.map(([, name]) => name as string)
			.filter((name) => name !== "csrf");
		for (const value of values) {
			const body = new URLSearchParams({ ...hidden, response: value, handle: value });
			for (const name of names) body.set(name, value);
			const headers = { cookie: browser.cookies(target.pathname), origin };
			const answer = await fetch(target, { method: "POST", redirect: "manual", headers, body });
			await answer.body?.cancel();
			const what = `${target.pathname} ${JSON.stringify(value.slice(0, 20))}`;
			yield { what, status: answer.status, hasNul: value.includes("\0") };
		}
	}
}

test("any input in a form of the pages leads to a page, and NUL to 400", async (t) => {
	const { running } = t.context;
	const { origin } = running;
	await member(running, "kim");
	const visitor = createBrowser(origin);
	const pages = [];
	const kim = await accountByHandle(running.gateway.context, "kim", running.domain);
	const link = await recoveryLink(running.gateway.context, kim as Account);
	for (const at of ["/signup", "/login", link]) pages.push([visitor, await visitor.open(at)] as const);
	const asked = await visitor.open((await begin(await register(origin))).url.href);
	pages.push([visitor, asked] as const);

	const own = createBrowser(origin);
	await own.submit(await own.open("/login"), "/login", { name: "kim", password });
	for (const at of ["/account", "/account/security", "/account/apps", "/account/confirm", "/account/delete"])
		pages.push([own, await own.open(at)] as const);
	pages.push([own, await own.open((await begin(await register(origin))).url.href)] as const);
	let sent = 0;
	for (const [browser, page] of pages) {
		t.is(page.status, 200, page.url);
		t.true(formsOf(page).length > 0, page.url);
		for await (const { what, status, hasNul } of sendOddly(origin, browser, page)) {
			t.true(status >= 200 && status < 500, `${what}: ${status}`);
			if (hasNul) t.is(status, 400, what);
			sent++;
		}
	}
	t.true(sent > 100, String(sent));
	t.is((await own.open("/account")).status, 200);
});

test("wrong tokens are rate-limited at the event stream as on other routes", async (t) => {
	const provider = await startScene({ CAUSEWAY_LIMITS_SCALE: "1" });
	t.teardown(() => provider[Symbol.asyncDispose]());
	const headers = { authorization: `Bearer cwy_${"x".repeat(43)}` };
	const answers = [];
	for (let i = 0; i < 12; i++) answers.push((await fetch(`${provider.origin}/api/events`, { headers })).status);
	t.deepEqual([answers[0], answers.at(-1)], [401, 429]);
	t.is((await fetch(`${provider.origin}/api/me`, { headers })).status, 429);
});
