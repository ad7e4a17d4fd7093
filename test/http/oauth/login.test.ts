import anyTest, { type TestFn } from "ava";
import * as client from "openid-client";
import { appendAccountDeletion } from "#core/erasure/delete-account.ts";
import { changePassword } from "#core/identity/change-password.ts";
import { sessionsOf } from "#core/identity/sessions.ts";
import { createBrowser, formsOf } from "../../support/browser-forms.ts";
import type { Running } from "../../support/gateway.ts";
import {
	ask,
	authorize,
	begin,
	goThrough,
	member,
	ofscpScope,
	password,
	redeem,
	redirectUri,
	register,
	registerWeb,
	startScene,
	webRedirectUri,
} from "./scene.ts";

const test = anyTest as TestFn<{ provider: Running }>;

test.before(async (t) => {
	t.context.provider = await startScene();
	for (const handle of ["jane", "kim"]) await member(t.context.provider, handle);
});
test.after.always((t) => t.context.provider?.[Symbol.asyncDispose]());

const query = (url: string): Record<string, string> => Object.fromEntries(new URL(url).searchParams);

test("a client that knows only a domain registers, logs a user in, and uses the API", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin);
	const attempt = await begin(config);
	const browser = createBrowser(origin);
	const page = await goThrough(browser, await browser.open(attempt.url.href), "jane");
	t.is(query(page.url).iss, origin);
	const tokens = await redeem(config, attempt, page.url);

	const me = (await (await ask(origin, tokens.access_token)).json()) as { handle: string; actor: string };
	t.is(me.handle, "jane");
	t.is(tokens.claims()?.sub, me.actor);
	t.is(tokens.activitypub_actor_id, me.actor);
	t.is(tokens.scope, ofscpScope);
	const info = await client.fetchUserInfo(config, tokens.access_token, me.actor);
	t.like(info, { sub: me.actor, preferred_username: "jane", name: "jane" });

	const renewed = await client.refreshTokenGrant(config, tokens.refresh_token as string);
	t.is(renewed.activitypub_actor_id, me.actor);
	t.not(renewed.access_token, tokens.access_token);
	t.is((await ask(origin, renewed.access_token)).status, 200);
});

test("consent is remembered per client and scope", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const first = await registerWeb(origin);
	const beginWeb = (config: client.Configuration, parameters: Record<string, string>) =>
		begin(config, { ...parameters, redirect_uri: webRedirectUri });
	await authorize(origin, first, "jane", { browser, scope: "openid", redirect_uri: webRedirectUri });

	const again = await browser.open((await beginWeb(first, { scope: "openid" })).url.href);
	t.true(again.left, "granted scopes need no new consent");
	const silent = await browser.open((await beginWeb(first, { scope: "openid", prompt: "none" })).url.href);
	t.truthy(query(silent.url).code, "nor with prompt=none");

	const wider = await browser.open((await beginWeb(first, { scope: "openid ofscp" })).url.href);
	t.regex(wider.text, /value="yes"/);
	const other = await browser.open((await beginWeb(await registerWeb(origin), { scope: "openid" })).url.href);
	t.regex(other.text, /value="yes"/);
	const quiet = await browser.open(
		(await beginWeb(await registerWeb(origin), { scope: "openid", prompt: "none" })).url.href,
	);
	t.is(query(quiet.url).error, "consent_required");
	const stranger = await createBrowser(origin).open((await beginWeb(first, { prompt: "none" })).url.href);
	t.is(query(stranger.url).error, "login_required");
});

test("a client whose metadata has changed needs new consent", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const config = await register(origin);
	await authorize(origin, config, "jane", { browser, scope: "openid" });
	const { registration_client_uri: uri, registration_access_token: token } = config.clientMetadata();
	const changed = await fetch(uri as string, {
		method: "PUT",
		headers: { authorization: `Bearer ${token as string}`, "content-type": "application/json" },
		body: JSON.stringify({
			client_id: config.clientMetadata().client_id,
			client_name: "Your Bank",
			redirect_uris: [redirectUri],
			token_endpoint_auth_method: "none",
		}),
	});
	t.is(changed.status, 200);
	const page = await browser.open((await begin(config, { scope: "openid" })).url.href);
	t.regex(page.text, /Your Bank/);
});

test("a client whose redirect URI has changed gets no code", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const config = await register(origin);
	const asked = await browser.open((await begin(config)).url.href);
	const consent = await browser.submit(asked, "/login", { name: "jane", password });
	const { registration_client_uri: uri, registration_access_token: token, client_id } = config.clientMetadata();
	const changed = await fetch(uri as string, {
		method: "PUT",
		headers: { authorization: `Bearer ${token as string}`, "content-type": "application/json" },
		body: JSON.stringify({
			client_id,
			redirect_uris: ["https://otter.example/cb"],
			token_endpoint_auth_method: "none",
		}),
	});
	t.is(changed.status, 200);
	const late = await browser.submit(consent, "/consent", { answer: "yes" });
	t.false(late.left);
	t.is(late.status, 400);
});

test("denying consent answers the client with access_denied", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const { url, state } = await begin(await register(origin));
	const page = await goThrough(browser, await browser.open(url.href), "jane", "no");
	t.like(query(page.url), { error: "access_denied", state, iss: origin });
	t.is(query(page.url).code, undefined);
});

test("prompt=select_account lets a user continue, or log in with another account", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const config = await registerWeb(origin);
	await authorize(origin, config, "jane", { browser, redirect_uri: webRedirectUri });
	const session = browser.cookie("causeway_session");

	const asked = await begin(config, { prompt: "select_account", redirect_uri: webRedirectUri });
	const choice = await browser.open(asked.url.href);
	t.regex(choice.text, /jane/);
	const staying = await redeem(config, asked, (await browser.submit(choice, "/account")).url);
	t.regex(String(staying.claims()?.sub), /\/users\//);

	const next = await begin(config, { prompt: "select_account", redirect_uri: webRedirectUri });
	const form = await browser.submit(await browser.open(next.url.href), "/switch");
	const left = await goThrough(browser, form, "kim");
	const tokens = await redeem(config, next, left.url);
	const me = (await (await ask(origin, tokens.access_token)).json()) as { handle: string };
	t.is(me.handle, "kim");
	t.not(browser.cookie("causeway_session"), session);
});

test("prompt=login asks for the password again, under a new session id", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const config = await register(origin);
	await authorize(origin, config, "jane", { browser, scope: "openid" });
	const before = browser.cookie("causeway_session");
	const page = await browser.open((await begin(config, { scope: "openid", prompt: "login" })).url.href);
	t.regex(page.text, /name="password"/);
	t.true((await goThrough(browser, page, "jane")).left);
	t.not(browser.cookie("causeway_session"), before);
});

test("a login for a client is also a login to the account pages, and logging out ends both", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const config = await register(origin);
	const online = await authorize(origin, config, "jane", { browser, scope: "openid ofscp" });
	t.is(online.refresh_token, undefined);
	t.is((await browser.open("/account")).status, 200);
	t.regex((await browser.open("/account")).url, /\/account$/);

	const asked = await browser.open(client.buildEndSessionUrl(config).href);
	t.is(asked.status, 200);
	const done = await browser.submit(asked, "/oauth/logout/confirm", { logout: "yes" });
	t.regex(done.text, /You are signed out/);
	t.regex((await browser.open("/account")).text, /name="password"/);
	t.is((await ask(origin, online.access_token)).status, 401, "without offline_access, logging out ends the grant");
});

test("an unregistered redirect URI gets an error page and no redirect, whatever else is wrong", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const config = await register(origin, { redirect_uris: ["https://otter.example/cb"] });
	for (const redirect_uri of [
		"https://evil.example/cb",
		"https://otter.example/cb/../x",
		"https://otter.example/cb?x=1",
		"https://otter.example.evil.example/cb",
	]) {
		const { url } = await begin(config, { redirect_uri });
		url.searchParams.delete("code_challenge");
		const page = await browser.open(url.href);
		t.false(page.left);
		t.is(page.status, 400);
		t.regex(page.headers.get("content-type") ?? "", /text\/html/);
		t.is(page.headers.get("access-control-allow-origin"), null);
	}
});

test("public clients must use PKCE with S256", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const config = await register(origin);
	const { url } = await begin(config);
	const plain = new URL(url);
	plain.searchParams.set("code_challenge_method", "plain");
	url.searchParams.delete("code_challenge");
	url.searchParams.delete("code_challenge_method");
	for (const wrong of [url, plain]) {
		const page = await browser.open(wrong.href);
		t.like(query(page.url), { error: "invalid_request", iss: origin });
	}
	const attempt = await begin(config);
	const page = await goThrough(browser, await browser.open(attempt.url.href), "jane");
	const guess = { ...attempt, verifier: client.randomPKCECodeVerifier() };
	await t.throwsAsync(redeem(config, guess, page.url), { code: "OAUTH_RESPONSE_BODY_ERROR" });
});

test("a client with a secret may leave PKCE out, and may not weaken it", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin, { token_endpoint_auth_method: "client_secret_basic" });
	const plain = await begin(config, { code_challenge_method: "plain" });
	t.is(query((await createBrowser(origin).open(plain.url.href)).url).error, "invalid_request");
	const { url, state } = await begin(config, { scope: "openid" });
	for (const name of ["code_challenge", "code_challenge_method"]) url.searchParams.delete(name);
	const browser = createBrowser(origin);
	const page = await goThrough(browser, await browser.open(url.href), "jane");
	const tokens = await client.authorizationCodeGrant(config, new URL(page.url), { expectedState: state });
	t.truthy(tokens.access_token);
});

test("an interaction belongs to one browser, and rejects forms of other sites", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const page = await browser.open((await begin(await register(origin))).url.href);
	const path = new URL(page.url).pathname;

	const stranger = await createBrowser(origin).open(path);
	t.is(stranger.status, 400);
	t.notRegex(stranger.text, /name="password"/);

	const headers = { cookie: browser.cookies(path), "content-type": "application/x-www-form-urlencoded" };
	const body = new URLSearchParams({ name: "jane", password }).toString();
	const forged = await fetch(`${origin}${path}/login`, { method: "POST", redirect: "manual", headers, body });
	t.is(forged.status, 403);
	const elsewhere = await fetch(`${origin}${path}/login`, {
		method: "POST",
		redirect: "manual",
		headers: { ...headers, origin: "https://evil.example" },
		body,
	});
	t.is(elsewhere.status, 403);

	const csp = page.headers.get("content-security-policy") ?? "";
	t.regex(csp, /frame-ancestors 'none'/);
	t.notRegex(csp, /unsafe-inline/);
	t.is(page.headers.get("access-control-allow-origin"), null);
	t.is(page.headers.get("referrer-policy"), "no-referrer");
	t.regex(page.headers.get("cache-control") ?? "", /no-store/);
});

test("the cookies are HttpOnly and SameSite", async (t) => {
	const { origin } = t.context.provider;
	const response = await fetch((await begin(await register(origin))).url, { redirect: "manual" });
	const cookies = response.headers.getSetCookie();
	t.true(cookies.length > 0);
	for (const cookie of cookies) {
		t.regex(cookie, /httponly/i);
		t.regex(cookie, /samesite=lax/i);
	}
});

test("a deleted account can't finish a login or use its session", async (t) => {
	const { origin, gateway } = t.context.provider;
	const account = await member(t.context.provider, "ephemera");
	const config = await register(origin);
	const browser = createBrowser(origin);
	const { access_token } = await authorize(origin, config, "ephemera", { browser });
	const consent = await browser.open((await begin(await register(origin))).url.href);
	await appendAccountDeletion(gateway.context, account);

	t.is((await ask(origin, access_token)).status, 401);
	const late = await browser.submit(consent, "/consent", { answer: "yes" });
	t.is(late.status, 400);
	t.false(late.left);
	const again = await browser.open((await begin(config)).url.href);
	t.regex(again.text, /name="password"/);
	t.regex((await browser.submit(again, "/login", { name: "ephemera", password })).text, /name="password"/);
});

test("the library's forms and links get an error page if their cookies are missing", async (t) => {
	const { origin } = t.context.provider;
	const headers = { accept: "text/html" };
	for (const [method, path] of [
		["GET", "/oauth/device/expired"],
		["GET", "/oauth/authorize/expired"],
		["POST", "/oauth/device"],
		["POST", "/oauth/logout/confirm"],
	] as const) {
		const body = method === "POST" ? { body: new URLSearchParams({ user_code: "BCDF-GHJK", xsrf: "x" }) } : {};
		const answer = await fetch(origin + path, { method, headers, ...body });
		t.is(answer.status, 400, path);
		t.regex(answer.headers.get("content-type") ?? "", /text\/html/, path);
		t.regex(answer.headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/, path);
	}
});

test("every published endpoint exists", async (t) => {
	const { origin } = t.context.provider;
	const metadata = (await (await fetch(`${origin}/.well-known/openid-configuration`)).json()) as Record<
		string,
		unknown
	>;
	const endpoints = Object.entries(metadata).filter(([name]) => /_(endpoint|uri)$/.test(name));
	t.true(endpoints.length >= 8);
	for (const [name, url] of endpoints) {
		const answer = await fetch(url as string, { redirect: "manual" });
		t.true([200, 400, 401, 405].includes(answer.status), `${name}: ${answer.status}`);
		if (answer.status === 405) t.regex(answer.headers.get("allow") ?? "", /POST/, name);
	}
	const unknown = await fetch(`${origin}/oauth/nothing`);
	t.is(unknown.status, 404);
	t.is(unknown.headers.get("content-type"), "application/problem+json");
});

test("the Host header doesn't change the published metadata", async (t) => {
	const { origin, domain } = t.context.provider;
	const { request } = await import("node:http");
	const text = await new Promise<string>((resolve, reject) => {
		request(
			`${origin}/.well-known/openid-configuration`,
			{ headers: { host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" } },
			(response) => {
				let body = "";
				response.on("data", (chunk) => (body += String(chunk))).on("end", () => resolve(body));
			},
		)
			.on("error", reject)
			.end();
	});
	t.notRegex(text, /evil/);
	t.true((JSON.parse(text) as { token_endpoint: string }).token_endpoint.startsWith(`http://${domain}/`));
});

test("a password change invalidates an unfinished login", async (t) => {
	const { provider } = t.context;
	const { origin } = provider;
	const { context } = provider.gateway;
	const lea = await member(provider, "lea");
	const browser = createBrowser(origin);
	const page = await browser.open((await begin(await register(origin))).url.href);
	const form = formsOf(page).find(({ action }) => action.endsWith("/login"));
	const target = new URL(form?.action as string, page.url);
	const sent = await fetch(target, {
		method: "POST",
		redirect: "manual",
		headers: { cookie: browser.cookies(target.pathname), origin },
		body: new URLSearchParams({ ...form?.hidden, name: "lea", password }),
	});
	t.is(sent.status, 303);
	const on = new URL(sent.headers.get("location") as string, origin);
	await changePassword(context, lea, { current: password, next: "another plum tree", from: "192.0.2.1" });

	const behind = await browser.open(on.href);
	t.is(behind.status, 400);
	t.deepEqual(await sessionsOf(context, lea), []);
	t.is(new URL((await browser.open("/account")).url).pathname, "/login");
});
