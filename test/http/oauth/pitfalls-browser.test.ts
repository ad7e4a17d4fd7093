import anyTest, { type TestFn } from "ava";
import * as client from "openid-client";
import { createBrowser, formsOf, type Page } from "../../support/browser-forms.ts";
import type { Running } from "../../support/gateway.ts";
import {
	ask,
	authorize,
	begin,
	goThrough,
	member,
	password,
	redirectUri,
	register,
	registerWeb,
	startScene,
	webRedirectUri,
} from "./scene.ts";

const test = anyTest as TestFn<{ provider: Running }>;

test.before(async (t) => {
	t.context.provider = await startScene({ CAUSEWAY_REGISTRATION_MODE: "open" });
	for (const handle of ["jane", "mallory"]) await member(t.context.provider, handle);
});
test.after.always((t) => t.context.provider?.[Symbol.asyncDispose]());

test("an authorization response goes only to the exact registered redirect URI", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const uris = { redirect_uris: ["https://otter.example/cb", redirectUri] };
	const config = await register(origin, uris);
	const bent = [
		"",
		"https://otter.example/cb/",
		"https://otter.example/CB",
		"https://otter.example/cb%2f",
		"https://otter.example/cb#",
		"https://otter.example/cb?",
		"https://otter.example:8443/cb",
		"https://otter.example@evil.example/cb",
		"https://evil.example\\@otter.example/cb",
		"https://www.otter.example/cb",
		"http://otter.example/cb",
		"//otter.example/cb",
		"/cb",
		"javascript:alert(1)//https://otter.example/cb",
		"http://127.0.0.1:9@evil.example/callback",
		"http://127.0.0.1.evil.example:9/callback",
		"http://127.0.0.2:9/callback",
		"http://localhost:9/callback",
		"https://127.0.0.1:9/callback",
		"http://127.0.0.1:9/callback/../other",
	];
	const urls: URL[] = [];
	for (const redirect_uri of bent) urls.push((await begin(config, { redirect_uri })).url);
	const { url: twice } = await begin(config, { redirect_uri: "https://otter.example/cb" });
	twice.searchParams.append("redirect_uri", "https://evil.example/cb");
	const { url: none } = await begin(config);
	none.searchParams.delete("redirect_uri");
	for (const url of [...urls, twice, none])
		for (const more of [{}, { prompt: "none" }, { response_type: "token" }, { scope: "nonsense" }]) {
			const wrong = new URL(url);
			for (const [name, value] of Object.entries(more)) wrong.searchParams.set(name, value);
			const page = await browser.open(wrong.href);
			t.false(page.left, wrong.href);
			t.is(page.status, 400, wrong.href);
			t.notRegex(page.text, /<a[^>]*href="(?!\/|#)|http-equiv="refresh"/i);
		}
});

test("logout redirects only to registered URIs", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin, { post_logout_redirect_uris: ["https://otter.example/bye"] });
	const browser = createBrowser(origin);
	const { id_token: id_token_hint = "" } = await authorize(origin, config, "jane", { browser });
	for (const post_logout_redirect_uri of ["https://evil.example/bye", "https://otter.example/bye?x", "/bye"]) {
		const page = await browser.open(
			client.buildEndSessionUrl(config, { post_logout_redirect_uri, id_token_hint }).href,
		);
		t.false(page.left);
		t.is(page.status, 400, post_logout_redirect_uri);
	}
	t.is((await browser.open("/account")).status, 200, "a link alone doesn't sign out");
});

test("the library's forms are accepted only with the CSRF token of their page", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const config = await register(origin);
	await authorize(origin, config, "jane", { browser });
	const device = await client.initiateDeviceAuthorization(
		await register(origin, {
			grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
			response_types: [],
			redirect_uris: [],
		}),
		{ scope: "openid ofscp" },
	);
	await browser.open("/oauth/device");
	await browser.open(client.buildEndSessionUrl(config).href);
	for (const [path, fields] of [
		["/oauth/device", { user_code: device.user_code, confirm: "yes" }],
		["/oauth/logout/confirm", { logout: "yes" }],
	] as const)
		for (const xsrf of [undefined, "", "x".repeat(43)]) {
			const answer = await fetch(origin + path, {
				method: "POST",
				redirect: "manual",
				headers: { accept: "text/html", cookie: browser.cookies(path) },
				body: new URLSearchParams({ ...fields, ...(xsrf === undefined ? {} : { xsrf }) }),
			});
			t.is(answer.headers.get("location"), null, path);
			t.true(answer.status >= 400 || /user_code/.test(await answer.text()), `${path}: ${answer.status}`);
		}
	t.regex((await browser.open("/account")).url, /\/account$/, "still signed in");
});

test("a planted session id is replaced at login", async (t) => {
	const { origin } = t.context.provider;
	const ways: Record<string, (page: ReturnType<typeof createBrowser>) => Promise<Page>> = {
		page: async (browser) => browser.submit(await browser.open("/login"), "/login", { name: "jane", password }),
		app: async (browser) => {
			const { url } = await begin(await register(origin));
			return goThrough(browser, await browser.open(url.href), "jane");
		},
		signUp: async (browser) => {
			const page = await browser.open("/signup");
			return browser.submit(page, "/signup", { handle: "newcomer", password, repeat: password });
		},
	};
	for (const [name, signIn] of Object.entries(ways)) {
		const browser = createBrowser(origin);
		// Opening this page starts an anonymous session.
		await browser.open("/oauth/device");
		const planted = browser.cookies("/");
		const id = browser.cookie("causeway_session");
		t.truthy(id, name);
		await signIn(browser);
		t.regex((await browser.open("/account")).url, /\/account$/, name);
		t.not(browser.cookie("causeway_session"), id, name);
		const thief = await fetch(`${origin}/account`, { headers: { cookie: planted }, redirect: "manual" });
		t.is(thief.status, 303, name);
	}
});

test("another user's login in the same browser replaces the session, and inherits no grants", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const config = await register(origin);
	const first = await authorize(origin, config, "jane", { browser });
	await browser.submit(await browser.open("/account"), "/sign-out");
	await browser.submit(await browser.open("/login"), "/login", { name: "mallory", password });
	const page = await browser.open((await begin(config)).url.href);
	t.regex(page.text, /value="yes"/, "mallory is asked");
	t.regex(page.text, /@mallory@/);
	t.notRegex(page.text, /jane/);
	const second = await authorize(origin, config, "mallory", { browser });
	t.not(second.claims()?.sub, first.claims()?.sub);
	t.is((await ask(origin, first.access_token)).status, 200, "a grant with offline_access stays");
});

test("no page can be framed, with or without a session, error pages included", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const config = await register(origin);
	const pages: Page[] = [await browser.open((await begin(config)).url.href)];
	await authorize(origin, config, "jane", { browser });
	const { url } = await begin(config, { response_mode: "form_post", prompt: "consent" });
	const consent = await browser.open(url.href);
	pages.push(consent, await browser.submit(consent, "/consent", { answer: "yes" }));
	pages.push(await browser.open(client.buildEndSessionUrl(config).href));
	for (const path of [
		"/",
		"/@jane",
		"/@nobody",
		"/login",
		"/signup",
		"/recover",
		"/account",
		"/account/security",
		"/account/apps",
		"/oauth/device",
		"/oauth/authorize",
		"/oauth/authorize?client_id=x",
		"/oauth/interaction/none",
		"/oauth/logout?id_token_hint=x",
		"/nowhere",
		"/%ff",
	])
		pages.push(await browser.open(path));
	for (const { url: at, headers, text } of pages) {
		t.regex(text, /<html/, at);
		t.regex(headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/, at);
		t.regex(headers.get("content-security-policy") ?? "", /default-src 'none'/, at);
		t.notRegex(headers.get("content-security-policy") ?? "", /unsafe/, at);
		t.is(headers.get("x-content-type-options"), "nosniff", at);
	}
	t.true(
		pages.some((page) => formsOf(page).some(({ action }) => action === redirectUri)),
		"the one that posts itself too",
	);
});

test("parameters of a link never run as scripts on the page", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const config = await register(origin);
	const mark = `"'></title></textarea><script>alert(1)</script><img src=x onerror=alert(1)>`;
	const { url: asked } = await begin(config, { login_hint: mark, state: mark, nonce: mark, ui_locales: mark });
	const pages = [await browser.open(asked.href)];
	for (const name of ["client_id", "redirect_uri", "scope", "response_type", "prompt", "resource", mark]) {
		const { url } = await begin(config);
		url.searchParams.set(name, mark);
		pages.push(await browser.open(url.href));
	}
	const q = encodeURIComponent(mark);
	for (const path of [
		`/login?return=/${q}`,
		`/login?name=${q}`,
		`/signup?invite=${q}`,
		`/recover?link=${q}`,
		`/oauth/device?user_code=${q}`,
		`/oauth/logout?state=${q}&post_logout_redirect_uri=${q}&client_id=${q}`,
		`/oauth/interaction/${q}`,
		`/oauth/${q}`,
		`/@${q}`,
		`/${q}`,
	])
		pages.push(await browser.open(path));
	pages.push(await browser.submit(await browser.open("/login"), "/login", { name: mark, password: mark }));
	pages.push(await browser.submit(await browser.open("/oauth/device"), "/oauth/device", { user_code: mark }));
	const web = await registerWeb(origin);
	const redirect_uri = webRedirectUri;
	await authorize(origin, web, "jane", { browser, redirect_uri });
	const { url: posted } = await begin(web, { response_mode: "form_post", state: mark, redirect_uri });
	pages.push(await browser.open(posted.href));
	const shown = pages.filter(({ left }) => !left);
	t.true(shown.length > 14);
	for (const { url, text } of shown) t.notRegex(text, /<script>alert|<img src=x|value=[^>]*"'>/, url);
	t.true(
		formsOf(pages.at(-1) as Page).some(({ hidden }) => hidden.state === mark),
		"and the client gets its state back",
	);
});
