import test, { type ExecutionContext } from "ava";
import * as client from "openid-client";
import { collections } from "#core/catalogue/collections.ts";
import { sweepExpired } from "#core/ports/expiry.ts";
import { type Browser, createBrowser } from "../../support/browser-forms.ts";
import { type Running, startGateway } from "../../support/gateway.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { startClientHost } from "./client-host.ts";
import {
	ask,
	authorize,
	begin,
	member,
	password,
	redirectUri,
	register,
	registerWeb,
	webRedirectUri,
} from "./scene.ts";

const day = 86_400_000;

/** A provider with an adjustable clock, and jane's account. */
async function open(t: ExecutionContext): Promise<{ provider: Running; turn(ms: number): void }> {
	let ahead = 0;
	const surroundings = { clock: { now: () => Date.now() + ahead }, logger: silentLogger };
	const provider = await startGateway(await temporaryFolder(t), {}, undefined, surroundings);
	t.teardown(() => provider[Symbol.asyncDispose]());
	await member(provider, "jane");
	return { provider, turn: (ms) => (ahead += ms) };
}

const known = (origin: string, id: string): Promise<client.Configuration> =>
	client.discovery(new URL(origin), id, undefined, client.None(), { execute: [client.allowInsecureRequests] });

/** The consent page for jane. */
async function askedOf(browser: Browser, config: client.Configuration, parameters: Record<string, string> = {}) {
	const { url } = await begin(config, parameters);
	return browser.submit(await browser.open(url.href), "/login", { name: "jane", password });
}

test("a client document whose redirect URI changes during consent gets no code", async (t) => {
	const { provider, turn } = await open(t);
	const host = await startClientHost();
	t.teardown(() => host[Symbol.asyncDispose]());
	const kinds = {
		"/object": (redirect: string) => (url: string) => ({
			type: "application/activity+json",
			body: { type: "Application", id: url, redirectURI: redirect },
		}),
		"/document": (redirect: string) => (url: string) => ({ body: { client_id: url, redirect_uris: [redirect] } }),
	};
	for (const [path, kind] of Object.entries(kinds)) {
		const config = await known(provider.origin, host.serve(path, kind(redirectUri)));
		const browser = createBrowser(provider.origin);
		const page = await askedOf(browser, config);
		host.serve(path, kind("https://evil.example/cb"));
		turn(600_000);
		const late = await browser.submit(page, "/consent", { answer: "yes" });
		t.false(late.left, path);
		t.is(late.status, 400, path);
		const again = await browser.open((await begin(config)).url.href);
		t.false(again.left, path);
		t.is(again.status, 400, path);
		t.is(again.headers.get("location"), null, path);
	}
});

test("a client document whose name changes needs new consent, even with prompt=none", async (t) => {
	const { provider, turn } = await open(t);
	const host = await startClientHost();
	t.teardown(() => host[Symbol.asyncDispose]());
	const named = (client_name: string) => (url: string) => ({
		body: { client_id: url, client_name, redirect_uris: [webRedirectUri] },
	});
	const config = await known(provider.origin, host.serve("/client.json", named("Otter")));
	const browser = createBrowser(provider.origin);
	await authorize(provider.origin, config, "jane", { browser, redirect_uri: webRedirectUri });
	turn(600_000);
	t.true(
		(await browser.open((await begin(config, { redirect_uri: webRedirectUri })).url.href)).left,
		"the same as before",
	);
	host.serve("/client.json", named("Your Bank"));
	turn(600_000);
	t.regex(
		(await browser.open((await begin(config, { redirect_uri: webRedirectUri })).url.href)).text,
		/Your Bank[^]*value="yes"/,
	);
	const silent = await browser.open((await begin(config, { prompt: "none", redirect_uri: webRedirectUri })).url.href);
	t.is(new URL(silent.url).searchParams.get("error"), "consent_required");
});

test("the consent page shows the client's real host, and no image or script of the client", async (t) => {
	const { provider } = await open(t);
	const host = await startClientHost();
	t.teardown(() => host[Symbol.asyncDispose]());
	const hostile = {
		client_name: '<img src="https://evil.example/x.png" onerror="alert(1)">\u202eknaB\u0007<script>alert(1)</script>',
		logo_uri: `${host.origin}/logo.png`,
		client_uri: "https://bank.example/",
		redirect_uris: [redirectUri, "https://bank.example/cb"],
	};
	const id = host.serve("/client.json", (url) => ({ body: { client_id: url, ...hostile } }));
	const registered = await register(provider.origin, { ...hostile, logo_uri: "https://evil.example/logo.png" });
	for (const [config, where] of [
		[await known(provider.origin, id), new URL(id).host],
		[registered, new URL(redirectUri).host],
	] as const) {
		const page = await askedOf(createBrowser(provider.origin), config);
		t.regex(page.text, /value="yes"/);
		t.true(page.text.includes(`<span class="host">${where}</span>`), where);
		t.regex(page.text, /class="note care"/, "the client is marked as unverified");
		t.notRegex(page.text, /<img src="(?!\/assets\/)|<script>|onerror="|logo\.png|\p{Cf}|(?!\n)\p{Cc}/u);
		t.notRegex(page.text, /\ssrc="(?!\/)/);
		const policy = (page.headers.get("content-security-policy") ?? "").split("; ");
		t.true(policy.includes("img-src 'self'"));
		t.false(policy.some((part) => part.startsWith("script-src")));
	}
	t.deepEqual(host.asked, ["/client.json"], "its logo is not fetched");
});

test("a text with a lone surrogate or NUL in a client's metadata is rejected", async (t) => {
	const { provider } = await open(t);
	for (const odd of ["a\0b", "a\ud800"]) {
		for (const metadata of [{ client_name: odd }, { software_id: odd }, { contacts: [odd] }]) {
			const response = await fetch(`${provider.origin}/oauth/register`, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify({ redirect_uris: [redirectUri], ...metadata }),
			});
			t.is(response.status, 400);
			t.like(await response.json(), { error: "invalid_client_metadata" });
		}
	}
});

test("consent to one client doesn't answer another client's request", async (t) => {
	const { provider } = await open(t);
	const browser = createBrowser(provider.origin);
	const [first, second] = [await registerWeb(provider.origin), await registerWeb(provider.origin)];
	const page = await askedOf(browser, first, { redirect_uri: webRedirectUri });
	const other = await browser.open((await begin(second, { redirect_uri: webRedirectUri })).url.href);
	t.regex(other.text, /value="yes"/);
	const answered = await browser.submit(page, "/consent", { answer: "yes" });
	t.true(answered.left);
	t.regex((await browser.open(other.url)).text, /value="yes"/, "still asked");
	const fresh = await browser.open((await begin(second, { redirect_uri: webRedirectUri })).url.href);
	t.regex(fresh.text, /value="yes"/);
	t.true((await browser.open((await begin(first, { redirect_uri: webRedirectUri })).url.href)).left);
});

test("unused registrations expire after a week, used ones don't", async (t) => {
	const { provider, turn } = await open(t);
	const [idle, busy] = [await register(provider.origin), await register(provider.origin)];
	const tokens = await authorize(provider.origin, busy, "jane");
	turn(8 * day);
	await sweepExpired(provider.gateway.context, collections);
	const gone = await createBrowser(provider.origin).open((await begin(idle)).url.href);
	t.is(gone.status, 400);
	t.regex(gone.text, /invalid_client/);
	t.regex((await createBrowser(provider.origin).open((await begin(busy)).url.href)).text, /name="password"/);
	t.truthy((await client.refreshTokenGrant(busy, tokens.refresh_token as string)).access_token);
});

test("deleting a registration revokes the client's tokens", async (t) => {
	const { provider } = await open(t);
	const [config, other] = [await register(provider.origin), await register(provider.origin)];
	const tokens = await authorize(provider.origin, config, "jane");
	const kept = await authorize(provider.origin, other, "jane");
	const { registration_client_uri: uri, registration_access_token: token } = config.clientMetadata();
	const deleted = await fetch(uri as string, {
		method: "DELETE",
		headers: { authorization: `Bearer ${token as string}` },
	});
	t.is(deleted.status, 204);
	t.is((await ask(provider.origin, tokens.access_token)).status, 401);
	await t.throwsAsync(client.refreshTokenGrant(config, tokens.refresh_token as string));
	t.is((await ask(provider.origin, kept.access_token)).status, 200, "no other's");
});
