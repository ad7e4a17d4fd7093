import test from "ava";
import { createBrowser } from "../../support/browser-forms.ts";
import type { Running } from "../../support/gateway.ts";
import { begin, member, password, redirectUri, register, startScene } from "./scene.ts";

/** The default limits. */
const shipped = { CAUSEWAY_LIMITS_SCALE: "1" };
const behindProxy = { ...shipped, CAUSEWAY_LISTEN_BEHIND_PROXY: "true" };

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
	fetch(url, {
		method: "POST",
		headers: { "content-type": "application/json", ...headers },
		body: JSON.stringify(body),
	});
const form = (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
	fetch(url, { method: "POST", headers, body: new URLSearchParams(fields) });

/** The statuses of registrations with these X-Forwarded-For headers. */
async function registrations(provider: Running, forwardedFor: (i: number) => string): Promise<number[]> {
	const statuses: number[] = [];
	for (let i = 0; i < 24; i++) {
		const headers = { "x-forwarded-for": forwardedFor(i) };
		statuses.push((await post(`${provider.origin}/oauth/register`, { redirect_uris: [redirectUri] }, headers)).status);
	}
	return statuses;
}

test("wrong passwords are limited across all endpoints together", async (t) => {
	// Only the limit per account keeps its default.
	await using provider = await startScene({
		...shipped,
		CAUSEWAY_LIMITS_AUTH_POINTS: "1000",
		CAUSEWAY_LIMITS_MANAGE_POINTS: "1000",
	});
	await member(provider, "jane");
	const answers: Response[] = [];
	for (let i = 0; i < 21; i++)
		answers.push(await post(`${provider.origin}/api/auth/login`, { handle: "jane", password: `guess ${i}` }));
	t.deepEqual(
		answers.map(({ status }) => status),
		[...Array<number>(20).fill(401), 429],
	);
	t.regex(answers[20]?.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
	const browser = createBrowser(provider.origin);
	for (const start of ["/login", (await begin(await register(provider.origin))).url.href]) {
		const page = await browser.submit(await browser.open(start), "/login", { name: "jane", password });
		t.is(page.status, 429, "not even the right one counts then");
		t.regex(page.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
	}
});

for (const [endpoint, fields] of [
	["token", { grant_type: "refresh_token", refresh_token: "x" }],
	["introspect", { token: "x" }],
	["revoke", { token: "x" }],
	["device_authorization", { scope: "openid" }],
] as const) {
	test(`the secret of a client can't be guessed at /oauth/${endpoint}`, async (t) => {
		await using provider = await startScene(shipped);
		const config = await register(provider.origin, {
			token_endpoint_auth_method: "client_secret_basic",
			grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
		});
		const { client_id, client_secret } = config.clientMetadata();
		const by = (secret: unknown) =>
			form(`${provider.origin}/oauth/${endpoint}`, fields, {
				authorization: `Basic ${Buffer.from(`${client_id}:${String(secret)}`).toString("base64")}`,
			});
		const statuses: number[] = [];
		for (let i = 0; i < 11; i++) statuses.push((await by(`guess${i}`)).status);
		t.deepEqual(statuses, Array<number>(11).fill(401));
		const right = await by(client_secret);
		t.is(right.status, 429);
		t.regex(right.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
	});
}

test("a forged X-Forwarded-For doesn't evade the limits", async (t) => {
	await using provider = await startScene(behindProxy);
	const made = await registrations(provider, (i) => `198.51.100.${i}, 203.0.113.9`);
	t.deepEqual(made.slice(-4), [429, 429, 429, 429]);
	const elsewhere = await registrations(provider, (i) => `203.0.113.${100 + i}`);
	t.deepEqual([...new Set(elsewhere)], [201], "the address that the proxy has added is trusted");
});

for (const [name, forwardedFor] of [
	["an IPv4 address with a port", (i: number) => `203.0.113.9:${40_000 + i}`],
	["an IPv6 address with a port", (i: number) => `[2001:db8::9]:${40_000 + i}`],
	["something that is not an address", (i: number) => `unknown-${i}`],
] as const) {
	test(`limits by address hold if the proxy writes ${name}`, async (t) => {
		await using provider = await startScene(behindProxy);
		const statuses = {
			register: await registrations(provider, forwardedFor),
			tokens: [] as number[],
			names: [] as number[],
		};
		for (let i = 0; i < 24; i++) {
			const headers = { "x-forwarded-for": forwardedFor(i) };
			const authorization = `Bearer cwy_${"x".repeat(43)}`;
			statuses.tokens.push(
				(await fetch(`${provider.origin}/api/me`, { headers: { ...headers, authorization } })).status,
			);
			const body = { handle: `person-${i}` };
			statuses.names.push((await post(`${provider.origin}/api/auth/recover`, body, headers)).status);
		}
		for (const [what, list] of Object.entries(statuses)) t.is(list.at(-1), 429, what);
	});
}

test("all addresses of an IPv6 network share one limit", async (t) => {
	await using provider = await startScene(behindProxy);
	const made = await registrations(provider, (i) => `2001:db8:0:1::${i.toString(16)}`);
	t.deepEqual(made.slice(-4), [429, 429, 429, 429]);
	t.deepEqual([...new Set(await registrations(provider, (i) => `2001:db8:0:${100 + i}::1`))], [201]);
});
