import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import anyTest, { type TestFn } from "ava";
import * as client from "openid-client";
import { createBrowser } from "../../support/browser-forms.ts";
import type { Running } from "../../support/gateway.ts";
import {
	ask,
	authorize,
	begin,
	goThrough,
	member,
	ofscpScope,
	redeem,
	redirectUri,
	register,
	startScene,
} from "./scene.ts";

const test = anyTest as TestFn<{ provider: Running }>;

test.before(async (t) => {
	t.context.provider = await startScene();
	await member(t.context.provider, "jane");
});
test.after.always((t) => t.context.provider?.[Symbol.asyncDispose]());

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

async function form(url: string, fields: Record<string, string>) {
	const answer = await fetch(url, { method: "POST", body: new URLSearchParams(fields) });
	return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test("the API and userinfo accept only access tokens, and only refresh tokens can be refreshed", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin, {
		token_endpoint_auth_method: "client_secret_post",
		grant_types: ["authorization_code", "refresh_token", deviceGrant],
	});
	const { client_id, client_secret, registration_access_token } = config.clientMetadata() as Record<string, string>;
	const browser = createBrowser(origin);
	const attempt = await begin(config);
	const page = await browser.open(attempt.url.href);
	const interaction = browser.cookie("causeway_interaction", new URL(page.url).pathname);
	const { url } = await goThrough(browser, page, "jane");
	const unused = await begin(config);
	const second = await goThrough(browser, await browser.open(unused.url.href), "jane");
	const device = await client.initiateDeviceAuthorization(config, { scope: ofscpScope });
	const tokens = await redeem(config, attempt, url);
	const wrong: Record<string, string | null | undefined> = {
		code: new URL(second.url).searchParams.get("code"),
		usedCode: new URL(url).searchParams.get("code"),
		idToken: tokens.id_token,
		clientId: client_id,
		clientSecret: client_secret,
		registration: registration_access_token,
		deviceCode: device.device_code,
		userCode: device.user_code,
		session: browser.cookie("causeway_session"),
		interaction,
		subject: tokens.claims()?.sub,
	};
	for (const [name, token] of Object.entries({ ...wrong, refresh: tokens.refresh_token })) {
		t.true(typeof token === "string" && token.length > 3, name);
		for (const path of ["/api/me", "/api/events", "/oauth/userinfo"])
			t.is((await ask(origin, token as string, path)).status, 401, `${name} at ${path}`);
	}
	const own = { client_id: client_id as string, client_secret: client_secret as string };
	for (const [name, token] of Object.entries({ ...wrong, access: tokens.access_token })) {
		const fields = [
			{ grant_type: "refresh_token", refresh_token: token as string },
			{ grant_type: deviceGrant, device_code: name === "deviceCode" ? "x" : (token as string) },
			...(name === "code"
				? []
				: [
						{
							grant_type: "authorization_code",
							code: token as string,
							redirect_uri: redirectUri,
							code_verifier: "x".repeat(43),
						},
					]),
		];
		for (const it of fields) {
			if (name === "usedCode") continue; // What that does is a test of its own: it ends everything.
			const { status, body } = await form(`${origin}/oauth/token`, { ...own, ...it });
			t.is(status, 400, `${name} as ${it.grant_type}`);
			t.is(body.error, "invalid_grant", `${name} as ${it.grant_type}`);
		}
	}
	t.is((await ask(origin, tokens.access_token)).status, 200, "none of it has harmed the right one");
});

test("a code is useless to another client, with another redirect URI, or without the verifier", async (t) => {
	const { origin } = t.context.provider;
	const [config, thief] = [
		await register(origin, { redirect_uris: [redirectUri, "http://127.0.0.1:9/other"] }),
		await register(origin),
	];
	const browser = createBrowser(origin);
	const attempt = await begin(config);
	const { url } = await goThrough(browser, await browser.open(attempt.url.href), "jane");
	const code = new URL(url).searchParams.get("code") as string;
	const good = {
		grant_type: "authorization_code",
		client_id: config.clientMetadata().client_id,
		code,
		redirect_uri: redirectUri,
		code_verifier: attempt.verifier,
	};
	const { code_verifier: _, ...bare } = good;
	const { redirect_uri: __, ...nowhere } = good;
	for (const [name, fields] of Object.entries({
		client: { ...good, client_id: thief.clientMetadata().client_id },
		address: { ...good, redirect_uri: "http://127.0.0.1:9/other" },
		nowhere,
		bare,
		verifier: { ...good, code_verifier: "x".repeat(43) },
		challenge: { ...good, code_verifier: attempt.url.searchParams.get("code_challenge") as string },
	})) {
		const { status, body } = await form(`${origin}/oauth/token`, fields);
		t.is(status, 400, name);
		t.regex(String(body.error), /^invalid_(grant|request)$/, name);
		t.is(body.access_token, undefined, name);
	}
	t.is((await form(`${origin}/oauth/token`, good)).status, 200, "and it is still its own client's");
});

test("a JWT that we have not signed for the API is rejected", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin);
	const tokens = await authorize(origin, config, "jane", { resource: origin });
	const [header, payload] = tokens.access_token
		.split(".")
		.slice(0, 2)
		.map((it) => JSON.parse(Buffer.from(it, "base64url").toString()) as Record<string, unknown>) as [object, object];
	const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
	const jwks = (await (await fetch(`${origin}/.well-known/jwks.json`)).json()) as { keys: Record<string, string>[] };
	const signed = (head: object, body: object) => {
		const text = `${part(head)}.${part(body)}`;
		return `${text}.${sign("sha256", Buffer.from(text), own.privateKey).toString("base64url")}`;
	};
	const hmac = (key: string) => {
		const text = `${part({ ...header, alg: "HS256" })}.${part(payload)}`;
		return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
	};
	const [, , signature] = tokens.access_token.split(".");
	const forged: Record<string, string> = {
		none: `${part({ ...header, alg: "none" })}.${part(payload)}.`,
		noneSigned: `${part({ ...header, alg: "none" })}.${part(payload)}.${signature}`,
		ownKey: signed(header, payload),
		carriedKey: signed({ ...header, kid: "x", jwk: own.publicKey.export({ format: "jwk" }) }, payload),
		namedKey: signed({ ...header, kid: "x", jku: "http://127.0.0.1:9/keys" }, payload),
		symmetric: hmac(JSON.stringify(jwks.keys[0])),
		modulus: hmac(jwks.keys[0]?.n ?? ""),
		wider: `${part(header)}.${part({ ...payload, scope: "openid ofscp admin" })}.${signature}`,
		idToken: tokens.id_token as string,
	};
	t.is((await ask(origin, tokens.access_token)).status, 200);
	for (const [name, token] of Object.entries(forged)) t.is((await ask(origin, token)).status, 401, name);
});

test("refreshing never extends the granted scope", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin);
	const narrow = { scope: "openid offline_access" };
	let { refresh_token: refresh } = await authorize(origin, config, "jane", narrow);
	for (const wish of [
		{ scope: "openid ofscp" },
		{ scope: "ofscp" },
		{ scope: "openid offline_access ofscp", resource: origin },
		{ scope: "ofscp", resource: `${origin}/api` },
	])
		await t.throwsAsync(client.refreshTokenGrant(config, refresh as string, wish), undefined, JSON.stringify(wish));
	for (const wish of [{}, { resource: origin }]) {
		const renewed = await client.refreshTokenGrant(config, refresh as string, wish).catch(() => undefined);
		if (renewed === undefined) continue;
		refresh = renewed.refresh_token;
		t.notRegex(renewed.scope ?? "", /ofscp/);
		t.is((await ask(origin, renewed.access_token)).status, 403, JSON.stringify(wish));
	}
});
