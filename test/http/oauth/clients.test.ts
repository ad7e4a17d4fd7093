import { generateKeyPairSync, type JsonWebKey } from "node:crypto";
import anyTest, { type TestFn } from "ava";
import * as client from "openid-client";
import { type Browser, createBrowser, type Page } from "../../support/browser-forms.ts";
import type { Running } from "../../support/gateway.ts";
import { type ClientHost, startClientHost } from "./client-host.ts";
import {
	ask,
	authorize,
	begin,
	goThrough,
	member,
	ofscpScope,
	password,
	redirectUri,
	register,
	startScene,
	webRedirectUri,
} from "./scene.ts";

const test = anyTest as TestFn<{ provider: Running; host: ClientHost }>;

test.before(async (t) => {
	t.context.host = await startClientHost();
	t.context.provider = await startScene();
	await member(t.context.provider, "jane");
});
test.after.always(async (t) => {
	await t.context.provider?.[Symbol.asyncDispose]();
	await t.context.host?.[Symbol.asyncDispose]();
});

const post = (url: string, body: unknown, type = "application/json") =>
	fetch(url, {
		method: "POST",
		headers: { "content-type": type },
		body: typeof body === "string" ? body : JSON.stringify(body),
	});

/** A client without registration, known only by its id. */
const known = (origin: string, id: string): Promise<client.Configuration> =>
	client.discovery(new URL(origin), id, undefined, client.None(), { execute: [client.allowInsecureRequests] });

test("registration rejects redirect URIs that could be intercepted or executed", async (t) => {
	const { origin } = t.context.provider;
	for (const uri of [
		"http://evil.example/cb",
		"javascript:alert(1)",
		"data:text/html,x",
		"file:///etc/passwd",
		"https://user:secret@otter.example/cb",
		"https://otter.example/cb#part",
		"/cb",
		"http://127.0.0.1.evil.example/cb",
	]) {
		const answer = await post(`${origin}/oauth/register`, { redirect_uris: [uri] });
		t.is(answer.status, 400, uri);
		t.regex(((await answer.json()) as { error: string }).error, /^invalid_(redirect_uri|client_metadata)$/, uri);
	}
	for (const scheme of ["otter", "myapp", "com", "app-1", "web+otter", "chrome", "intent", "tel", "localhost", "x."]) {
		for (const rest of [":/cb", "://cb", ":cb"]) {
			for (const member of ["redirect_uris", "post_logout_redirect_uris"]) {
				const body = { redirect_uris: ["https://otter.example/cb"], [member]: [scheme + rest] };
				const answer = await post(`${origin}/oauth/register`, body);
				t.is(answer.status, 400, `${member} ${scheme}${rest}`);
				t.regex(((await answer.json()) as { error_description: string }).error_description, /reverse order/);
			}
		}
	}
	for (const uri of [
		"https://otter.example/cb",
		"http://localhost:1234/cb",
		"http://[::1]/cb",
		"org.otter:/cb",
		"com.example.otter://cb",
		"org.Otter.App-1:/cb",
	])
		t.is((await post(`${origin}/oauth/register`, { redirect_uris: [uri] })).status, 201, uri);
});

test("an invalid registration gets a clear error", async (t) => {
	const { origin } = t.context.provider;
	const good = { redirect_uris: ["https://otter.example/cb"] };
	for (const body of [
		"{",
		"[]",
		"null",
		{},
		{ redirect_uris: "https://otter.example/cb" },
		{ redirect_uris: [1] },
		{ redirect_uris: [] },
		{ ...good, scope: ["openid"] },
		{ ...good, client_name: 1 },
		{ ...good, client_name: "x".repeat(101) },
		{ ...good, grant_types: ["implicit"] },
		{ ...good, response_types: ["token"] },
		{ ...good, token_endpoint_auth_method: "magic" },
		{ ...good, software_id: { a: 1 } },
		{ ...good, token_endpoint_auth_method: "none", id_token_signed_response_alg: { toString: "x" } },
		{ ...good, token_endpoint_auth_method: "none", introspection_signed_response_alg: { toString: "x" } },
		`{"redirect_uris":["https://otter.example/cb"],"x":"${"y".repeat(70_000)}"}`,
		`${"[".repeat(20_000)}${"]".repeat(20_000)}`,
	]) {
		const answer = await post(`${origin}/oauth/register`, body);
		t.is(answer.status, 400, JSON.stringify(body).slice(0, 100));
		t.is(typeof ((await answer.json()) as { error: unknown }).error, "string");
	}
	const typed = await post(`${origin}/oauth/register`, "redirect_uris=x", "application/x-www-form-urlencoded");
	t.is(typed.status, 400);
	const chosen = await post(`${origin}/oauth/register`, { ...good, client_id: "https://bank.example/client" });
	const { client_id } = (await chosen.json()) as { client_id: string };
	t.notRegex(client_id, /bank/);
});

test("a registration is read, changed and deleted only with its own token", async (t) => {
	const { origin } = t.context.provider;
	const made = (await (await post(`${origin}/oauth/register`, { redirect_uris: [redirectUri] })).json()) as Record<
		string,
		string
	>;
	const other = (await (await post(`${origin}/oauth/register`, { redirect_uris: [redirectUri] })).json()) as Record<
		string,
		string
	>;
	const uri = made.registration_client_uri as string;
	const by = (token: string | undefined, method = "GET") =>
		fetch(uri, { method, headers: { authorization: `Bearer ${token}` } });
	t.is((await by(made.registration_access_token)).status, 200);
	t.is((await by("x")).status, 401);
	t.is((await by(other.registration_access_token)).status, 401);
	const bent = await fetch(uri, {
		method: "PUT",
		headers: { authorization: `Bearer ${made.registration_access_token}`, "content-type": "application/json" },
		body: JSON.stringify({
			client_id: made.client_id,
			redirect_uris: [redirectUri],
			token_endpoint_auth_method: "none",
			id_token_signed_response_alg: { toString: "x" },
		}),
	});
	t.is(bent.status, 400);
	t.is((await by(made.registration_access_token, "DELETE")).status, 204);
	t.is((await by(made.registration_access_token)).status, 401);
});

test("registrations from one address are limited", async (t) => {
	const provider = await startScene({ CAUSEWAY_LIMITS_SCALE: "1" });
	t.teardown(() => provider[Symbol.asyncDispose]());
	const answers = [];
	for (let i = 0; i < 22; i++)
		answers.push(await post(`${provider.origin}/oauth/register`, { redirect_uris: [redirectUri] }));
	const refused = answers.filter(({ status }) => status === 429);
	t.is(refused.length, 2);
	t.regex(refused[0]?.headers.get("retry-after") ?? "", /^\d+$/);
	t.is(refused[0]?.headers.get("access-control-allow-origin"), "*");
});

test("guessing device codes and client secrets is limited", async (t) => {
	const provider = await startScene({ CAUSEWAY_LIMITS_SCALE: "1" });
	t.teardown(() => provider[Symbol.asyncDispose]());
	const { origin } = provider;
	const browser = createBrowser(origin);
	let page = await browser.open("/oauth/device");
	const statuses = [];
	for (const letter of "BCDFGHJKLMNP") {
		page = await browser.submit(page, "/oauth/device", { user_code: `BBBB-BBB${letter}` });
		statuses.push(page.status);
	}
	t.deepEqual(statuses.slice(0, 10), Array(10).fill(200));
	t.is(statuses.at(-1), 429);
	const guess = await fetch(`${origin}/oauth/token`, {
		method: "POST",
		body: new URLSearchParams({ grant_type: "client_credentials", client_id: "x", client_secret: "y" }),
	});
	t.is(guess.status, 429);
	t.regex(guess.headers.get("retry-after") ?? "", /^\d+$/);
	t.is(typeof ((await guess.json()) as { error: unknown }).error, "string");
});

test("a client id can be the URL of a metadata document (CIMD)", async (t) => {
	const { provider, host } = t.context;
	const id = host.serve("/client.json", (url) => ({
		body: {
			client_id: url,
			client_name: "Kingfisher",
			redirect_uris: [redirectUri, "http://evil.example/cb"],
			scope: `${ofscpScope} something:new`,
			// The FEP's own example has no URL.
			logo_uri: `https://localhost:\${THIRD_PORT}/logo.png`,
			client_uri: "not a uri",
		},
	}));
	const config = await known(provider.origin, id);
	t.true(config.serverMetadata().client_id_metadata_document_supported);
	const browser = createBrowser(provider.origin);
	const page = await browser.open((await begin(config)).url.href);
	const consent = await browser.submit(page, "/login", { name: "jane", password: "correct horse battery staple" });
	t.regex(consent.text, /Kingfisher/);
	t.true(consent.text.includes(new URL(id).host), "where it really is");
	t.notRegex(consent.text, /logo\.png/);
	const tokens = await authorize(provider.origin, config, "jane");
	t.is((await ask(provider.origin, tokens.access_token)).status, 200);
	t.is(host.asked.filter((path) => path === "/client.json").length, 1, "the document is fetched once");

	const evil = await browser.open((await begin(config, { redirect_uri: "http://evil.example/cb" })).url.href);
	t.is(evil.status, 400);
});

test("a client id can be the URL of an ActivityPub object (FEP-d8c2)", async (t) => {
	const { provider, host } = t.context;
	const id = host.serve("/app", (url) => ({
		type: "application/activity+json",
		body: {
			"@context": "https://www.w3.org/ns/activitystreams",
			type: "Application",
			id: url,
			nameMap: { en: "Dipper" },
			redirectURI: redirectUri,
		},
	}));
	const config = await known(provider.origin, id);
	t.true(config.serverMetadata().activitypub_object_id_as_client_id);
	const tokens = await authorize(provider.origin, config, "jane");
	t.is((await ask(provider.origin, tokens.access_token)).status, 200);
	const other = await createBrowser(provider.origin).open(
		(await begin(config, { redirect_uri: "http://127.0.0.1:9/other" })).url.href,
	);
	t.is(other.status, 400);
});

test("a client with a metadata document can authenticate with a key", async (t) => {
	const { provider, host } = t.context;
	const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const keys = host.serve("/keys", () => ({
		body: { keys: [{ ...publicKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: "k1" }] },
	}));
	const id = host.serve("/keyed", (url) => ({
		body: {
			client_id: url,
			redirect_uris: [redirectUri],
			token_endpoint_auth_method: "private_key_jwt",
			token_endpoint_auth_signing_alg: "ES256",
			jwks_uri: keys,
		},
	}));
	const key = await crypto.subtle.importKey(
		"jwk",
		privateKey.export({ format: "jwk" }) as JsonWebKey,
		{ name: "ECDSA", namedCurve: "P-256" },
		false,
		["sign"],
	);
	const config = await client.discovery(
		new URL(provider.origin),
		id,
		undefined,
		client.PrivateKeyJwt({ key, kid: "k1" }),
		{ execute: [client.allowInsecureRequests] },
	);
	const tokens = await authorize(provider.origin, config, "jane");
	t.is((await ask(provider.origin, tokens.access_token)).status, 200);
	await t.throwsAsync(client.refreshTokenGrant(await known(provider.origin, id), tokens.refresh_token as string));
	t.truthy((await client.refreshTokenGrant(config, tokens.refresh_token as string)).access_token);
});

test("a document that doesn't belong to its URL is not accepted as a client", async (t) => {
	const { provider, host } = t.context;
	const document = (url: string) => ({ client_id: url, redirect_uris: [redirectUri] });
	const ids = [
		host.serve("/another", (url) => ({ body: document(`${url}x`) })),
		host.serve("/object", (url) => ({ body: { id: `${url}x`, redirectURI: redirectUri } })),
		host.serve("/secret", (url) => ({ body: { ...document(url), client_secret: "x" } })),
		host.serve("/method", (url) => ({ body: { ...document(url), token_endpoint_auth_method: "client_secret_post" } })),
		host.serve("/nowhere", (url) => ({ body: { client_id: url } })),
		host.serve("/unsafe", (url) => ({ body: { client_id: url, redirect_uris: ["javascript:alert(1)"] } })),
		host.serve("/html", (url) => ({ body: document(url), type: "text/html" })),
		host.serve("/broken", () => ({ text: "{" })),
		host.serve("/list", () => ({ text: "[]" })),
		host.serve("/null", () => ({ text: "null" })),
		host.serve("/large", (url) => ({ body: { ...document(url), filler: "x".repeat(6000) } })),
		host.serve("/moved", () => ({ status: 302, headers: { location: `${host.origin}/client.json` }, body: {} })),
		host.serve("/gone", () => ({ status: 410, body: {} })),
		`${host.origin}/`,
		`${host.origin}/a/../client.json`,
		`${host.origin}/client.json#part`,
		"http://10.0.0.1/client.json",
		"http://169.254.169.254/latest/meta-data",
		"https://[::ffff:10.0.0.1]/client.json",
		"https://user@127.0.0.1/client.json",
	];
	const browser = createBrowser(provider.origin);
	const config = await register(provider.origin);
	for (const id of ids) {
		const { url } = await begin(config);
		url.searchParams.set("client_id", id);
		const page = await browser.open(url.href);
		t.is(page.status, 400, id);
		t.false(page.left, id);
		t.regex(page.text, /invalid_client/, id);
	}
});

test("a device without a keyboard is authorized from another device", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin, {
		client_name: "Television",
		grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
		response_types: [],
		redirect_uris: [],
	});
	const device = { ...(await client.initiateDeviceAuthorization(config, { scope: ofscpScope })), interval: 0 };
	const browser = createBrowser(origin);

	const empty = await browser.open(device.verification_uri);
	const wrong = await browser.submit(empty, "/oauth/device", { user_code: "BBBB-BBBB" });
	t.regex(wrong.text, /user_code/);
	t.regex(wrong.text, /aria-describedby/);

	const filled = await browser.open(device.verification_uri_complete as string);
	t.true(filled.text.includes(device.user_code), "the code of the link is there to be compared");
	const confirm = await browser.submit(filled, "/oauth/device", { user_code: device.user_code });
	t.regex(confirm.text, /Television/);
	t.true(confirm.text.includes(device.user_code));
	let page = await browser.submit(confirm, "/oauth/device", { user_code: device.user_code, confirm: "yes" });
	page = await browser.submit(page, "/login", { name: "jane", password: "correct horse battery staple" });
	page = await browser.submit(page, "/consent", { answer: "yes" });
	t.is(page.status, 200);
	t.regex(page.text, /Television/);
	const tokens = await client.pollDeviceAuthorizationGrant(config, device);
	t.truthy(tokens.activitypub_actor_id);
	t.is((await ask(origin, tokens.access_token)).status, 200);
	const renewed = await client.refreshTokenGrant(config, tokens.refresh_token as string);
	t.is((await ask(origin, renewed.access_token)).status, 200);
	await t.throwsAsync(client.pollDeviceAuthorizationGrant(config, device), undefined, "a device code counts once");
});

for (const [name, refuse] of [
	[
		"the page that shows the code",
		async (own: Browser, confirm: Page, code: string) =>
			own.submit(confirm, "/oauth/device", { user_code: code, abort: "yes" }),
	],
	[
		"the consent page",
		async (own: Browser, confirm: Page, code: string) => {
			const asked = await own.submit(confirm, "/oauth/device", { user_code: code, confirm: "yes" });
			const consent = await own.submit(asked, "/login", { name: "jane", password });
			return own.submit(consent, "/consent", { answer: "no" });
		},
	],
] as const) {
	test(`a device that is refused on ${name} gets access_denied, and the user a page without an error`, async (t) => {
		const { origin } = t.context.provider;
		const config = await register(origin, {
			grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
			response_types: [],
			redirect_uris: [],
		});
		const device = { ...(await client.initiateDeviceAuthorization(config, { scope: "openid" })), interval: 0 };
		const browser = createBrowser(origin);
		const filled = await browser.open(device.verification_uri_complete as string);
		const confirm = await browser.submit(filled, "/oauth/device", { user_code: device.user_code });
		const page = await refuse(browser, confirm, device.user_code);
		t.is(page.status, 200);
		t.regex(page.text, /The device is not connected/);
		t.notRegex(page.text, /class="fault|role="alert"|<title>Error/);
		await t.throwsAsync(client.pollDeviceAuthorizationGrant(config, device), { message: /./ });
	});
}

test("a confidential client authenticates with its secret", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin, { token_endpoint_auth_method: "client_secret_basic" });
	const tokens = await authorize(origin, config, "jane");
	const { client_id } = config.clientMetadata();
	const guess = await fetch(`${origin}/oauth/token`, {
		method: "POST",
		headers: { authorization: `Basic ${Buffer.from(`${client_id}:wrong`).toString("base64")}` },
		body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: tokens.refresh_token as string }),
	});
	t.is(guess.status, 401);
	t.is(((await guess.json()) as { error: string }).error, "invalid_client");
	const stranger = await register(origin);
	await t.throwsAsync(client.refreshTokenGrant(stranger, tokens.refresh_token as string));
	t.is(
		(await ask(origin, (await client.refreshTokenGrant(config, tokens.refresh_token as string)).access_token)).status,
		200,
	);
});

test("an authorization response can be posted to a client's own origin", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const config = await register(origin);
	const { url } = await begin(config, { response_mode: "form_post" });
	const page = await goThroughTo(browser, url.href);
	const csp = page.headers.get("content-security-policy") ?? "";
	t.regex(csp, /form-action 'self' http:\/\/127\.0\.0\.1:9;/);
	t.regex(csp, /script-src 'self' 'sha256-[^']+'/);
	t.regex(page.text, /name="code"/);

	async function goThroughTo(own: typeof browser, to: string) {
		let shown = await own.open(to);
		shown = await own.submit(shown, "/login", { name: "jane", password: "correct horse battery staple" });
		return own.submit(shown, "/consent", { answer: "yes" });
	}
});

test("an installed client that was allowed before gets a code after one press, with any redirect URI", async (t) => {
	const { origin } = t.context.provider;
	const redirects = ["http://127.0.0.1/cb", "http://[::1]:9/cb", "http://localhost/cb", "com.example.otter:/cb"];
	const config = await register(origin, { redirect_uris: redirects, application_type: "native" });
	const browser = createBrowser(origin);
	const first = await begin(config, { redirect_uri: "http://127.0.0.1:54321/cb" });
	await goThrough(browser, await browser.open(first.url.href), "jane");
	for (const redirect of ["http://127.0.0.1:54321/cb", "http://127.0.0.1:1/cb", ...redirects]) {
		const { url } = await begin(config, { redirect_uri: redirect });
		const page = await browser.open(url.href);
		t.false(page.left, redirect);
		const pressed = await browser.submit(page, "/consent", { answer: "yes" });
		t.true(pressed.left && pressed.url.startsWith(`${redirect}?code=`), `${redirect}: ${pressed.url}`);
		const silent = await browser.open((await begin(config, { redirect_uri: redirect, prompt: "none" })).url.href);
		t.is(new URL(silent.url).searchParams.get("error"), "interaction_required", redirect);
		t.is(new URL(silent.url).searchParams.get("code"), null, redirect);
	}
});

test("an installed client that has both kinds of redirect URI is asked by the one that it uses", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin, { redirect_uris: [webRedirectUri, "http://127.0.0.1/cb"] });
	const browser = createBrowser(origin);
	const first = await begin(config, { redirect_uri: webRedirectUri });
	await goThrough(browser, await browser.open(first.url.href), "jane");
	t.true((await browser.open((await begin(config, { redirect_uri: webRedirectUri })).url.href)).left);
	t.false((await browser.open((await begin(config, { redirect_uri: "http://127.0.0.1:7/cb" })).url.href)).left);
});

test("unknown scopes of a registration are ignored", async (t) => {
	const { origin } = t.context.provider;
	for (const [scope, kept] of [
		["openid profile email", "openid profile"],
		["email openid  phone address", "openid"],
		["read write ofscp", "ofscp"],
		["everything", undefined],
		["", undefined],
	] as const) {
		const answer = await post(`${origin}/oauth/register`, { redirect_uris: [redirectUri], scope });
		t.is(answer.status, 201, scope);
		const made = (await answer.json()) as Record<string, string>;
		t.is(made.scope, kept, scope);
		const changed = await fetch(made.registration_client_uri as string, {
			method: "PUT",
			headers: { authorization: `Bearer ${made.registration_access_token}`, "content-type": "application/json" },
			body: JSON.stringify({
				client_id: made.client_id,
				client_secret: made.client_secret,
				redirect_uris: [redirectUri],
				scope: "openid email",
			}),
		});
		t.is(changed.status, 200);
		t.is(((await changed.json()) as Record<string, string>).scope, "openid");
	}
});

test("a loopback redirect URI may have any port", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin, { redirect_uris: ["http://127.0.0.1/cb"] });
	const browser = createBrowser(origin);
	const { url } = await begin(config, { redirect_uri: "http://127.0.0.1:54321/cb" });
	const page = await goThrough(browser, await browser.open(url.href), "jane");
	t.regex(page.url, /^http:\/\/127\.0\.0\.1:54321\/cb\?code=/);
});
