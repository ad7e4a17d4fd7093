import anyTest, { type TestFn } from "ava";
import * as client from "openid-client";
import { oauthRecords } from "#core/identity/oauth-records.ts";
import { rotateSigningKeys } from "#core/identity/signing-keys.ts";
import { createBrowser } from "../../support/browser-forms.ts";
import type { Running } from "../../support/gateway.ts";
import { until } from "../../support/wait.ts";
import { ask, authorize, begin, goThrough, member, redeem, register, startScene } from "./scene.ts";

const test = anyTest as TestFn<{ provider: Running }>;

test.before(async (t) => {
	t.context.provider = await startScene();
	await member(t.context.provider, "jane");
});
test.after.always((t) => t.context.provider?.[Symbol.asyncDispose]());

const form = (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
	fetch(url, { method: "POST", body: new URLSearchParams(fields), headers });

test("reusing a code revokes the tokens that it was exchanged for", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin);
	const browser = createBrowser(origin);
	const attempt = await begin(config);
	const { url } = await goThrough(browser, await browser.open(attempt.url.href), "jane");
	const tokens = await redeem(config, attempt, url);
	t.is((await ask(origin, tokens.access_token)).status, 200);
	await t.throwsAsync(redeem(config, attempt, url));
	t.is((await ask(origin, tokens.access_token)).status, 401);
	await t.throwsAsync(client.refreshTokenGrant(config, tokens.refresh_token as string));
});

test("of two concurrent redemptions of a code, one gets tokens", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin);
	const browser = createBrowser(origin);
	const attempt = await begin(config);
	const { url } = await goThrough(browser, await browser.open(attempt.url.href), "jane");
	const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => redeem(config, attempt, url)));
	t.is(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
});

test("reusing a refresh token revokes its grant", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin);
	const first = await authorize(origin, config, "jane");
	const second = await client.refreshTokenGrant(config, first.refresh_token as string);
	t.not(second.refresh_token, first.refresh_token);
	t.is((await ask(origin, second.access_token)).status, 200);
	await t.throwsAsync(client.refreshTokenGrant(config, first.refresh_token as string), { message: /./ });
	for (const { access_token } of [first, second]) t.is((await ask(origin, access_token)).status, 401);
	await t.throwsAsync(client.refreshTokenGrant(config, second.refresh_token as string));
});

test("a refresh can't request more than was granted", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin);
	const tokens = await authorize(origin, config, "jane", { scope: "openid offline_access" });
	await t.throwsAsync(client.refreshTokenGrant(config, tokens.refresh_token as string, { scope: "openid ofscp" }));
	const renewed = await client.refreshTokenGrant(config, tokens.refresh_token as string);
	const answer = await ask(origin, renewed.access_token);
	t.is(answer.status, 403);
	t.regex(
		answer.headers.get("www-authenticate") ?? "",
		/^Bearer realm="[^"]+", error="insufficient_scope", scope="ofscp", resource_metadata="[^"]+oauth-protected-resource"$/,
	);
});

test("a revoked token is rejected, and its event stream ends", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin);
	const tokens = await authorize(origin, config, "jane");
	const stream = await ask(origin, tokens.access_token, "/api/events");
	t.is(stream.status, 200);
	const ended = (async () => {
		for await (const _ of stream.body as ReadableStream<Uint8Array>) void _;
	})();
	await client.tokenRevocation(config, tokens.refresh_token as string);
	await ended;
	t.is((await ask(origin, tokens.access_token)).status, 401);
	const resource = await ask(origin, tokens.access_token);
	t.regex(resource.headers.get("www-authenticate") ?? "", /error="invalid_token"/);
});

test("a grant is listed among the sessions with its client, and can be revoked there", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin, { client_name: "Heron" });
	const { access_token } = await authorize(origin, config, "jane");
	const { items } = (await (await ask(origin, access_token, "/api/me/sessions")).json()) as {
		items: { id: string; kind: string; client: string; current: boolean }[];
	};
	const own = items.find(({ current }) => current);
	t.like(own, { kind: "session", client: "Heron" });
	const ended = await fetch(`${origin}/api/me/sessions/${encodeURIComponent(own?.id ?? "")}`, {
		method: "DELETE",
		headers: { authorization: `Bearer ${access_token}` },
	});
	t.is(ended.status, 204);
	t.is((await ask(origin, access_token)).status, 401);
});

test("the API accepts only access tokens, and only in the Authorization header", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin);
	const browser = createBrowser(origin);
	const attempt = await begin(config);
	const { url } = await goThrough(browser, await browser.open(attempt.url.href), "jane");
	const code = new URL(url).searchParams.get("code") as string;
	t.is((await ask(origin, code)).status, 401, "a code");
	const tokens = await redeem(config, attempt, url);
	t.is((await ask(origin, tokens.refresh_token as string)).status, 401, "a refresh token");
	t.is((await ask(origin, tokens.id_token as string)).status, 401, "an ID token");
	t.is((await ask(origin, browser.cookie("causeway_session") as string)).status, 401, "a session");
	t.is((await ask(origin, `${tokens.access_token}x`)).status, 401);
	for (const path of ["/api/me", "/oauth/userinfo"]) {
		const answer = await fetch(`${origin}${path}?access_token=${tokens.access_token}`);
		t.true([400, 401].includes(answer.status), path);
	}
	const both = await ask(origin, tokens.access_token, `/api/me?access_token=${tokens.access_token}`);
	t.is(both.status, 400);
	const none = await fetch(`${origin}/api/me`);
	t.is(none.status, 401);
	t.regex(none.headers.get("www-authenticate") ?? "", /^Bearer realm="[^"]+", scope="ofscp", resource_metadata=/);
	t.is(none.headers.get("access-control-allow-origin"), "*");
});

test("a token of the client credentials grant has no account", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin, {
		token_endpoint_auth_method: "client_secret_basic",
		grant_types: ["client_credentials"],
		response_types: [],
		redirect_uris: [],
	});
	const tokens = await client.clientCredentialsGrant(config, { scope: "ofscp" });
	t.is(tokens.activitypub_actor_id, undefined);
	const forApi = await client.clientCredentialsGrant(config, { scope: "ofscp", resource: origin });
	t.is(forApi.access_token.split(".").length, 3, "a JWT");
	for (const token of [tokens.access_token, forApi.access_token]) {
		const refused = await ask(origin, token);
		t.is(refused.status, 403);
		t.regex(refused.headers.get("www-authenticate") ?? "", /error="insufficient_scope"/);
	}
});

test("a client can introspect its own tokens only", async (t) => {
	const { origin } = t.context.provider;
	const secret = { token_endpoint_auth_method: "client_secret_post" };
	const [own, other] = [await register(origin, secret), await register(origin, secret)];
	const tokens = await authorize(origin, own, "jane");
	t.like(await client.tokenIntrospection(own, tokens.access_token), {
		active: true,
		iss: origin,
		token_type: "Bearer",
	});
	t.deepEqual(await client.tokenIntrospection(other, tokens.access_token), { active: false });
	await client.tokenRevocation(other, tokens.access_token);
	t.is((await ask(origin, tokens.access_token)).status, 200);
	await client.tokenRevocation(own, tokens.access_token);
	t.deepEqual(await client.tokenIntrospection(own, tokens.access_token), { active: false });
});

test("requesting the resource gives a JWT, which the API accepts until its grant ends", async (t) => {
	const { origin, gateway } = t.context.provider;
	const config = await register(origin);
	for (const resource of [origin, `${origin}/api`]) {
		const tokens = await authorize(origin, config, "jane", { resource });
		const [header, payload] = tokens.access_token
			.split(".")
			.slice(0, 2)
			.map((part) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>);
		t.is(header?.typ, "at+jwt");
		t.is(payload?.aud, resource);
		t.is(payload?.sub, tokens.activitypub_actor_id);
		t.is((await ask(origin, tokens.access_token)).status, 200);
		const [first, second, signature = ""] = tokens.access_token.split(".");
		const swapped = signature.startsWith("A") ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
		t.is((await ask(origin, `${first}.${second}.${swapped}`)).status, 401);
		await rotateSigningKeys(gateway.context);
		t.is(
			(await ask(origin, tokens.access_token)).status,
			200,
			"a token signed with the previous key is still accepted",
		);
		await client.tokenRevocation(config, tokens.refresh_token as string);
		t.is((await ask(origin, tokens.access_token)).status, 401);
	}
	const browser = createBrowser(origin);
	const { url } = await begin(config, { resource: "https://other.example/" });
	const page = await browser.open(url.href);
	t.is(new URL(page.url).searchParams.get("error"), "invalid_target");
});

test("rotated keys sign at once, and the previous keys stay published", async (t) => {
	const { origin, gateway } = t.context.provider;
	const kids = async () =>
		((await (await fetch(`${origin}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }).keys.map(
			({ kid }) => kid,
		);
	const before = await kids();
	await rotateSigningKeys(gateway.context);
	const after = await kids();
	t.true(before.every((kid) => after.includes(kid)));
	const tokens = await authorize(origin, await register(origin), "jane");
	const { kid } = JSON.parse(
		Buffer.from((tokens.id_token as string).split(".")[0] as string, "base64url").toString(),
	) as { kid: string };
	t.false(before.includes(kid));
});

test("no secret is stored in plain text", async (t) => {
	const { origin, gateway } = t.context.provider;
	const config = await register(origin, { token_endpoint_auth_method: "client_secret_post" });
	const browser = createBrowser(origin);
	const attempt = await begin(config);
	const page = await browser.open(attempt.url.href);
	const interaction = browser.cookie("causeway_interaction", new URL(page.url).pathname) as string;
	const { url } = await goThrough(browser, page, "jane");
	const device = await client.initiateDeviceAuthorization(
		await register(origin, {
			grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
			response_types: [],
			redirect_uris: [],
		}),
		{ scope: "openid" },
	);
	const tokens = await redeem(config, attempt, url);
	const stored = await gateway.context.store.page(oauthRecords, { order: "asc", limit: 1000 });
	const everything = stored.map(({ id, json }) => `${id}${json}`).join("\n");
	const secrets = {
		interaction,
		code: new URL(url).searchParams.get("code"),
		access: tokens.access_token,
		refresh: tokens.refresh_token,
		session: browser.cookie("causeway_session"),
		client: config.clientMetadata().client_secret,
		device: device.device_code,
		userCode: device.user_code.replace("-", ""),
	};
	t.true(stored.length > 5);
	for (const [name, secret] of Object.entries(secrets)) {
		t.is(typeof secret, "string", name);
		t.false(everything.includes(secret as string), name);
	}
});

test("token responses are not cacheable, and allow every origin", async (t) => {
	const { origin } = t.context.provider;
	const answer = await form(
		`${origin}/oauth/token`,
		{ grant_type: "authorization_code", code: "x" },
		{ origin: "https://app.example" },
	);
	t.is(answer.status, 400);
	t.regex(answer.headers.get("cache-control") ?? "", /no-store/);
	t.is(answer.headers.get("access-control-allow-origin"), "*");
	t.truthy(((await answer.json()) as { error?: string }).error);
	for (const path of [
		"/oauth/token",
		"/oauth/register",
		"/oauth/userinfo",
		"/oauth/revoke",
		"/.well-known/openid-configuration",
	]) {
		const preflight = await fetch(origin + path, {
			method: "OPTIONS",
			headers: {
				origin: "https://app.example",
				"access-control-request-method": "POST",
				"access-control-request-headers": "authorization",
			},
		});
		t.is(preflight.status, 204, path);
		t.is(preflight.headers.get("access-control-allow-origin"), "*", path);
	}
});

test("the last use of a token is stored to the minute", async (t) => {
	const { origin } = t.context.provider;
	const { access_token } = await authorize(origin, await register(origin), "jane");
	await ask(origin, access_token);
	await until("the use is noted", async () => {
		const { items } = (await (await ask(origin, access_token, "/api/me/sessions")).json()) as {
			items: { current: boolean; lastUsedAt?: string }[];
		};
		return items.find(({ current }) => current)?.lastUsedAt !== undefined;
	});
	t.pass();
});
