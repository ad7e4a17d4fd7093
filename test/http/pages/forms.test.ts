import test, { type ExecutionContext } from "ava";
import { createAccount } from "#core/accounts/create-account.ts";
import { emailsOf } from "#core/accounts/email.ts";
import { type Clock, systemClock } from "#core/clock.ts";
import { addInvite } from "#core/identity/invites.ts";
import { recover, recoveryLink } from "#core/identity/recovery.ts";
import { sessionsOf } from "#core/identity/sessions.ts";
import { type Browser, createBrowser, formsOf } from "../../support/browser-forms.ts";
import { codeAt } from "../../support/codes.ts";
import { freePort } from "../../support/free-port.ts";
import { type Running, startGateway } from "../../support/gateway.ts";
import { password, personWithPassword, turnCodesOn } from "../../support/person.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/wait.ts";

async function open(
	t: ExecutionContext,
	env: Record<string, string> = {},
	clock: Clock = systemClock,
): Promise<{ running: Running; browser: Browser }> {
	const keys = { CAUSEWAY_REGISTRATION_MODE: "open", ...env };
	const running = await startGateway(await temporaryFolder(t), keys, undefined, { clock, logger: silentLogger });
	t.teardown(() => running[Symbol.asyncDispose]());
	return { running, browser: createBrowser(running.origin) };
}

async function signIn(browser: Browser, name: string, word = password) {
	return browser.submit(await browser.open("/login"), "/login", { name, password: word });
}

const secretOf = (link: string): string => new URL(link).searchParams.get("link") as string;

/** A page without its CSRF tokens, which differ for every browser. */
const withoutToken = (text: string): string => text.replaceAll(/name="csrf" value="[^"]*"/g, "");

test("every private page is uncacheable, can't be framed, and loads nothing from other origins", async (t) => {
	const { running, browser } = await open(t);
	const ana = await personWithPassword(running.gateway.context, "ana");
	const link = new URL(await recoveryLink(running.gateway.context, ana));
	const before = ["/signup", "/login", "/recover", link.pathname + link.search, "/recover?link=none", "/oauth/device"];
	const behind = ["/account", "/account/security", "/account/apps", "/account/delete", "/account/confirm"];
	const check = async (path: string) => {
		const page = await browser.open(path);
		const policy = page.headers.get("content-security-policy") ?? "";
		t.regex(page.text, /^<!doctype html>\n<html lang="en">/, path);
		for (const part of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"])
			t.true(policy.split("; ").includes(part), `${path}: ${part}`);
		t.false(/unsafe|https?:|\*/.test(policy), `${path}: ${policy}`);
		t.is(page.headers.get("x-frame-options"), "DENY", path);
		t.is(page.headers.get("referrer-policy"), "no-referrer", path);
		t.is(page.headers.get("cache-control"), "no-store", path);
		t.is(page.headers.get("access-control-allow-origin"), null, path);
		const own = page.text.replaceAll(`action="${running.origin}/`, 'action="/');
		t.notRegex(own, /<script(?![^>]*\ssrc="\/assets\/)|\sstyle=|\son\w+=|(?:src|action)="(?!\/|data:)/, path);
	};
	for (const path of before) await check(path);
	await signIn(browser, "ana");
	for (const path of behind) await check(path);
	for (const path of ["/nowhere", "/account/nowhere", "/oauth/nowhere"])
		t.regex((await browser.open(path)).headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/, path);
});

test("a form is accepted only with its page's CSRF token, cookie and origin", async (t) => {
	const { running, browser } = await open(t);
	await personWithPassword(running.gateway.context, "ana");
	await signIn(browser, "ana");
	const csrf = formsOf(await browser.open("/account"))[0]?.hidden.csrf as string;
	const own = { origin: running.origin, "sec-fetch-site": "same-origin", cookie: browser.cookies("/account") };
	const send = async (headers: Record<string, string>, fields: Record<string, string> = {}): Promise<number> => {
		const response = await fetch(`${running.origin}/account`, {
			method: "POST",
			redirect: "manual",
			headers,
			body: new URLSearchParams({ csrf, displayName: "Ana", ...fields }),
		});
		await response.body?.cancel();
		return response.status;
	};
	t.is(await send(own), 303);
	t.is(await send({ ...own, origin: "null" }), 303, "a page that hides what it refers to");
	t.is(await send({ cookie: own.cookie }), 303, "an old browser, which says nothing");
	const page = await browser.submit(await browser.open("/account/security"), "/security/password", { csrf: "" });
	t.is(page.status, 403);
	t.regex(page.text, /<a class="button other" href="\/account\/security">Back/);
	t.is(await send(own, { csrf: "" }), 403);
	t.is(await send(own, { csrf: `${csrf.slice(1)}A` }), 403);
	t.is(await send({ ...own, origin: "https://evil.example" }), 403);
	for (const site of ["cross-site", "same-site"])
		t.is(await send({ cookie: own.cookie, "sec-fetch-site": site }), 403, site);
	const session = own.cookie.split("; ").filter((cookie) => !cookie.startsWith("causeway_form="));
	t.is(await send({ ...own, cookie: session.join("; ") }), 403, "without the cookie");
	const other = createBrowser(running.origin);
	await other.open("/login");
	const foreign = `causeway_form=${other.cookie("causeway_form")}`;
	t.is(await send({ ...own, cookie: [...session, foreign].join("; ") }), 403, "another browser's cookie");
});

test("a malformed form gets a clear error", async (t) => {
	const { running, browser } = await open(t);
	const page = await browser.open("/login");
	const csrf = formsOf(page)[0]?.hidden.csrf as string;
	const send = async (body: string, type = "application/x-www-form-urlencoded", method = "POST") => {
		const response = await fetch(`${running.origin}/login`, {
			method,
			headers: { "content-type": type, cookie: browser.cookies("/login"), accept: "text/html" },
			body,
		});
		return { status: response.status, text: await response.text() };
	};
	t.is((await send("{}", "application/json")).status, 415);
	t.is((await send(`csrf=${csrf}&name=a&name=b`)).status, 400);
	t.is((await send(`csrf=${csrf}&name=${"a".repeat(70_000)}`)).status, 413);
	t.is((await send("", "application/x-www-form-urlencoded", "DELETE")).status, 405);
	t.is((await send(`csrf=${csrf}&name=%FF&password=%FF`)).status, 403);
	t.is((await send(`csrf=${csrf}&name=%00&password=x`)).status, 400);
	t.is((await send(`csrf=${csrf}&__proto__=x&constructor=y`)).status, 400);
	const passkey = await browser.submit(page, "/login/passkey", { handle: "x".repeat(100), response: "{" });
	t.is(passkey.status, 403);
	t.is(
		(await browser.submit(page, "/login/passkey", { handle: "x", response: '{"id":{},"response":[1]}' })).status,
		403,
	);
});

test("the login page doesn't reveal who has an account, and limits attempts", async (t) => {
	const { running, browser } = await open(t, { CAUSEWAY_LIMITS_SIGN_IN_POINTS: "3", CAUSEWAY_LIMITS_SCALE: "1" });
	await personWithPassword(running.gateway.context, "ana");
	const known = await signIn(browser, "ana", "wrong <word>");
	const unknown = await signIn(browser, "bea", "wrong <word>");
	t.is(known.status, 403);
	t.is(withoutToken(known.text).replaceAll("ana", "X"), withoutToken(unknown.text).replaceAll("bea", "X"));
	t.is(known.status, unknown.status);
	t.false(known.text.includes("wrong &lt;word"), "a password is never sent back");
	t.regex(known.text, /name="name"[^>]*value="ana"/);
	const answers: string[] = [];
	for (const name of ["ana", "bea"]) {
		for (let i = 0; i < 2; i++) await signIn(browser, name, "wrong");
		const refused = await signIn(browser, name, name === "ana" ? password : "wrong");
		t.is(refused.status, 429, name);
		t.true(Number(refused.headers.get("retry-after")) > 0);
		t.regex(refused.text, /Too many attempts\. Wait \d+ seconds/);
		answers.push(
			withoutToken(refused.text)
				.replaceAll(name, "X")
				.replaceAll(/\d+ seconds/g, "N seconds"),
		);
	}
	t.is(answers[0], answers[1]);
});

test("signing in starts a new session and redirects only to our own pages; signing out ends it", async (t) => {
	const { running, browser } = await open(t);
	await personWithPassword(running.gateway.context, "ana");
	const cases: readonly (readonly [string, string])[] = [
		["/account/apps", "/account/apps"],
		["https://evil.example/", "/account"],
		["//evil.example", "/account"],
		["/\\evil.example", "/account"],
		["/%09/evil.example", "/%09/evil.example"],
		["/.//evil.example/x", "/account"],
		["/account/..//evil.example", "/account"],
		["javascript:alert(1)", "/account"],
	];
	for (const [to, path] of cases) {
		const person = createBrowser(running.origin);
		const page = await person.open(`/login?return=${encodeURIComponent(to)}`);
		const behind = await person.submit(page, "/login", { name: "ana", password });
		t.false(behind.left, to);
		t.is(new URL(behind.url).pathname, path, to);
		const again = await person.open(`/login?return=${encodeURIComponent(to)}`);
		t.false(again.left, `${to}, signed in already`);
		t.is(new URL(again.url).pathname, path, to);
	}
	await signIn(browser, "ana");
	const first = browser.cookie("causeway_session");
	const confirm = await browser.open("/account/confirm?return=/account/security");
	await browser.submit(confirm, "/account/confirm", { password });
	const second = browser.cookie("causeway_session");
	t.truthy(first);
	t.not(first, second);
	const stolen = browser.cookies("/account");
	await browser.submit(await browser.open("/account"), "/sign-out");
	const after = await fetch(`${running.origin}/account`, { headers: { cookie: stolen }, redirect: "manual" });
	t.is(after.status, 303);
	t.is(after.headers.get("location"), "/login?return=%2Faccount");
});

test("changing credentials requires the password again after a while", async (t) => {
	let later = 0;
	const { running, browser } = await open(t, {}, { ...systemClock, now: () => Date.now() + later });
	await personWithPassword(running.gateway.context, "ana");
	await signIn(browser, "ana");
	const security = await browser.open("/account/security");
	t.regex((await browser.submit(security, "/security/totp")).text, /otpauth:/);
	later = 16 * 60_000;
	const late = await browser.submit(security, "/security/totp");
	t.is(new URL(late.url).pathname, "/account/confirm");
	t.is((await browser.submit(late, "/account/confirm", { password: "wrong" })).status, 403);
	t.false((await browser.open("/account/security")).text.includes('action="/account/security/totp"'));
	const back = await browser.submit(late, "/account/confirm", { password });
	t.is(new URL(back.url).pathname, "/account/security");
	t.true(back.text.includes('action="/account/security/totp"'));
});

test("the recovery address can be changed only after a recent authentication", async (t) => {
	let later = 0;
	const { running, browser } = await open(t, {}, { ...systemClock, now: () => Date.now() + later });
	const ana = await personWithPassword(running.gateway.context, "ana");
	const address = async () => (await emailsOf(running.gateway.context, ana.id)).given;
	await signIn(browser, "ana");
	const security = await browser.open("/account/security");
	const bad = await browser.submit(security, "/security/email", { email: "ana at home" });
	t.is(bad.status, 400);
	t.regex(bad.text, /value="ana at home"/);
	t.is(await address(), undefined);
	t.regex((await browser.submit(bad, "/security/email", { email: " ana@mail.test " })).text, /address is saved/);
	t.is(await address(), "ana@mail.test");
	later = 16 * 60_000;
	const late = await browser.submit(security, "/security/email", { email: "thief@mail.test" });
	t.is(new URL(late.url).pathname, "/account/confirm");
	t.is(await address(), "ana@mail.test");
	t.regex((await browser.open("/account/security")).text, /<p class="quiet">ana@mail\.test<\/p>/);
});

test("making an access token requires a recent authentication", async (t) => {
	let later = 0;
	const { running, browser } = await open(t, {}, { ...systemClock, now: () => Date.now() + later });
	const { context } = running.gateway;
	const ana = await personWithPassword(context, "ana");
	const tokens = async () => (await sessionsOf(context, ana)).filter(({ kind }) => kind === "token").length;
	await signIn(browser, "ana");
	const page = await browser.open("/account/apps");
	t.regex((await browser.submit(page, "/apps/token", { name: "script" })).text, /Your new token/);
	t.is(await tokens(), 1);
	later = 16 * 60_000;
	const late = await browser.submit(page, "/apps/token", { name: "thief" });
	t.is(late.url, `${running.origin}/account/confirm?return=/account/apps`);
	t.is(await tokens(), 1);
	t.regex((await browser.open("/account/apps")).text, /Confirm your password to make one/);
	const back = await browser.submit(late, "/account/confirm", { password });
	t.is(new URL(back.url).pathname, "/account/apps");
	t.regex((await browser.submit(back, "/apps/token", { name: "script" })).text, /Your new token/);
});

test("without a mail server the recovery page promises no mail, and says what helps", async (t) => {
	const { running, browser } = await open(t);
	const page = await browser.open("/recover");
	t.is(page.status, 200);
	t.regex(page.text, /This server sends no mail/);
	t.notRegex(page.text, /<input(?![^>]*hidden)|on its way|Check your mail/);
	const csrf = formsOf(await browser.open("/login"))[0]?.hidden.csrf as string;
	const posted = await fetch(`${running.origin}/recover`, {
		method: "POST",
		headers: { cookie: browser.cookies("/recover"), "content-type": "application/x-www-form-urlencoded" },
		body: new URLSearchParams({ csrf, name: "ana" }),
	});
	t.is(posted.status, 200);
	t.regex(await posted.text(), /This server sends no mail/);
	const signedIn = await personWithPassword(running.gateway.context, "ana").then(() => signIn(browser, "ana"));
	t.is(signedIn.status, 200);
	const security = await browser.open("/account/security");
	t.regex(security.text, /This server sends no mail/);
	t.notRegex(security.text, /We send a link there/);
});

test("the page for a first password doesn't speak of a new one, and the page for a new one does", async (t) => {
	const { running, browser } = await open(t);
	const { context } = running.gateway;
	const ana = await createAccount(context, { handle: "ana" });
	const first = await browser.open(await recoveryLink(context, ana));
	t.regex(first.text, /<h1>Choose a password<\/h1>/);
	t.notRegex(first.text, /new password<|signs you out|name="endAll"/i);
	const set = await browser.submit(first, "/recover/password", { password });
	t.regex(set.text, /Your password is set/);
	const second = await browser.open(await recoveryLink(context, ana));
	t.regex(second.text, /<h1>Choose a new password<\/h1>[^]*signs you out[^]*name="endAll"/);
	const changed = await browser.submit(second, "/recover/password", { password: "another plum tree" });
	t.regex(changed.text, /Your password is changed/);
});

test("GET on the URL of a form redirects to the form's page", async (t) => {
	const { running, browser } = await open(t);
	await personWithPassword(running.gateway.context, "ana");
	await signIn(browser, "ana");
	for (const [from, to] of [
		["/account/security/totp/confirm", "/account/security"],
		["/account/apps/token", "/account/apps"],
		["/account/sign-out", "/account"],
		["/recover/password", "/recover"],
	]) {
		const page = await browser.open(from as string);
		t.is(page.status, 200);
		t.is(new URL(page.url).pathname, to as string);
	}
});

test("a pending login is valid for ten minutes, for one flow, in one browser", async (t) => {
	let later = 0;
	const { running, browser } = await open(t, {}, { ...systemClock, now: () => Date.now() + later });
	const { context } = running.gateway;
	await turnCodesOn(context, await personWithPassword(context, "ana"));
	t.is(new URL((await signIn(browser, "ana")).url).pathname, "/login/second-factor");
	const other = await createBrowser(running.origin).open("/login/second-factor");
	t.is(other.status, 403);
	t.regex(other.text, /That took too long/);
	const cookies = browser.cookies("/login");
	later = 11 * 60_000;
	const late = await fetch(`${running.origin}/login/second-factor`, { headers: { cookie: cookies } });
	t.is(late.status, 403);
	later = 0;
	const forged = cookies.replace(/causeway_pending_login=([^;]{20})./, "causeway_pending_login=$1_");
	t.not(forged, cookies);
	t.is((await fetch(`${running.origin}/login/second-factor`, { headers: { cookie: forged } })).status, 403);
});

test("a password change invalidates a pending login", async (t) => {
	const { running, browser } = await open(t);
	const { context } = running.gateway;
	const ana = await personWithPassword(context, "ana");
	const { secret } = await turnCodesOn(context, ana);
	const page = await signIn(browser, "ana");
	await recover(context, secretOf(await recoveryLink(context, ana)), "another plum tree");
	const behind = await browser.submit(page, "/login/second-factor", { code: codeAt(secret, Date.now()) });
	t.is(behind.status, 403);
	t.is(new URL((await browser.open("/account")).url).pathname, "/login");
});

test("a restart between the password and the code loses nothing", async (t) => {
	const folder = await temporaryFolder(t);
	const port = await freePort();
	const before = await startGateway(folder, {}, port);
	const browser = createBrowser(before.origin);
	const ana = await personWithPassword(before.gateway.context, "ana");
	const { secret } = await turnCodesOn(before.gateway.context, ana);
	const page = await signIn(browser, "ana");
	await before.gateway[Symbol.asyncDispose]();
	await using _after = await startGateway(folder, {}, port);
	// Connections to the stopped provider have been closed.
	await until("it answers again", async () => (await fetch(`${before.origin}/readyz`).catch(() => undefined))?.ok);
	const behind = await browser.submit(page, "/login/second-factor", { code: codeAt(secret, Date.now()) });
	t.is(new URL(behind.url).pathname, "/account");
});

test("with registration by invitation, a link opens the form, and works as often as it allows", async (t) => {
	const { running, browser } = await open(t, { CAUSEWAY_REGISTRATION_MODE: "invite" });
	t.regex((await browser.open("/signup")).text, /You need an invitation/);
	t.regex((await browser.open("/signup?invite=none")).text, /no longer valid/);
	t.notRegex((await browser.open("/login")).text, /\/signup/);
	const invite = await addInvite(running.gateway.context, {});
	const page = await browser.open(`/signup?invite=${invite}`);
	const taken = await browser.submit(page, "/signup", { handle: "admin", password, displayName: "", email: "" });
	t.is(taken.status, 400);
	t.regex(taken.text, /Choose a handle that is not reserved/);
	const made = await browser.submit(taken, "/signup", { handle: " @Ana ", password, displayName: "", email: "" });
	t.is(new URL(made.url).pathname, "/account");
	t.regex(made.text, /@ana@localhost/);
	const again = await createBrowser(running.origin).open(`/signup?invite=${invite}`);
	t.regex(again.text, /no longer valid/);
});

test("a closed provider says so; a taken name is reported at its field", async (t) => {
	const closed = await open(t, { CAUSEWAY_REGISTRATION_MODE: "closed" });
	const page = await closed.browser.open("/signup");
	t.regex(page.text, /is not accepting new accounts/);
	t.is(formsOf(page).length, 0);
	const { running, browser } = await open(t);
	await personWithPassword(running.gateway.context, "ana");
	const taken = await browser.submit(await browser.open("/signup"), "/signup", {
		handle: "ana",
		password,
		displayName: "<script>",
		email: "",
	});
	t.is(taken.status, 409);
	t.regex(taken.text, /id="field-handle-fault">This name is taken/);
	t.regex(taken.text, /value="&lt;script&gt;"/);
	t.false(taken.text.includes(password));
});

test("behind a TLS proxy, cookies are Secure and bound to the host", async (t) => {
	const { running } = await open(t, {
		CAUSEWAY_PUBLIC_URL: "https://social.example",
		CAUSEWAY_FEDERATION_INSECURE_LOCALHOST: "false",
	});
	await personWithPassword(running.gateway.context, "ana");
	const page = await fetch(`${running.origin}/login`);
	const [set = ""] = page.headers.getSetCookie();
	t.regex(set, /^__Host-causeway_form=[\w-]{43}; path=\/; samesite=lax; secure; httponly$/i);
	const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
	const signedIn = await fetch(`${running.origin}/login`, {
		method: "POST",
		redirect: "manual",
		headers: { cookie: set.split(";")[0] as string, origin: "https://social.example" },
		body: new URLSearchParams({ csrf, name: "ana", password }),
	});
	t.is(signedIn.status, 303);
	const session = signedIn.headers.getSetCookie().filter((cookie) => cookie.startsWith("__Host-causeway_session"));
	t.true(session.length > 0);
	for (const cookie of session) {
		t.regex(cookie, /; secure/i);
		t.regex(cookie, /; httponly/i);
		t.regex(cookie, /; samesite=lax/i);
	}
	const cookies = signedIn.headers.getSetCookie().map((cookie) => cookie.split(";")[0] as string);
	const account = await fetch(`${running.origin}/account`, { headers: { cookie: cookies.join("; ") } });
	t.is(account.status, 200);
	t.regex(await account.text(), /@ana@social\.example/);
});
