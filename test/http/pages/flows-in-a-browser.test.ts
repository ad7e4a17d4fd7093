import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test, { type ExecutionContext } from "ava";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { listenTo } from "../../realtime/event-client.ts";
import { codeAt } from "../../support/codes.ts";
import { type Running, startGateway } from "../../support/gateway.ts";
import { startLoopbackApp } from "../../support/loopback-app.ts";
import { password, personWithPassword, turnCodesOn } from "../../support/person.ts";
import { startSmtpServer } from "../../support/smtp-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/wait.ts";
import { addVirtualAuthenticator, fill } from "./tour.ts";

let browser: Browser;
test.before(async () => {
	browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
});
test.after.always(() => browser?.close());

interface Scene {
	readonly running: Running;
	readonly context: BrowserContext;
	readonly page: Page;
}

/** A provider with open registration, and a browser context of its own. */
async function openScene(
	t: ExecutionContext,
	{ env = {}, javaScriptEnabled = true }: { env?: Record<string, string>; javaScriptEnabled?: boolean } = {},
): Promise<Scene> {
	const running = await startGateway(await temporaryFolder(t), { CAUSEWAY_REGISTRATION_MODE: "open", ...env });
	const context = await browser.newContext({ javaScriptEnabled });
	context.setDefaultTimeout(120_000);
	t.teardown(async () => {
		await context.close();
		await running[Symbol.asyncDispose]();
	});
	return { running, context, page: await context.newPage() };
}

const signIn = (page: Page, name: string, word = password): Promise<void> =>
	fill(page, { "Name or e-mail address": name, Password: word }, "Sign in");

const headingOf = (page: Page): Promise<string> => page.locator("h1").innerText();

async function handleOf({ origin }: Running, token: string): Promise<string> {
	const me = await fetch(`${origin}/api/me`, { headers: { Authorization: `Bearer ${token}` } });
	return ((await me.json()) as { handle: string }).handle;
}

for (const javaScriptEnabled of [true, false]) {
	const how = javaScriptEnabled ? "" : ", without JavaScript";
	test(`an app requests authorization, the user signs up and consents, and the app gets its tokens${how}`, async (t) => {
		const { running, page } = await openScene(t, { javaScriptEnabled });
		await using app = await startLoopbackApp(running.origin, "Tern");
		await page.goto((await app.begin()).href);
		await page.getByRole("link", { name: "Create your account" }).click();
		await fill(page, { Name: "ana", Password: password }, "Create account");
		t.is(await headingOf(page), "Allow Tern?");
		const text = await page.locator("main").innerText();
		t.true(text.includes(new URL(app.redirectUri).host), "the page shows the app's host");
		t.true(text.includes("runs on your own device"), "the page says that the app is unverified");
		t.true(text.includes("Use your account"), "the page lists the scopes");
		await page.getByRole("button", { name: "Allow", exact: true }).click();
		const tokens = await app.finish();
		t.is(await handleOf(running, tokens.access_token), "ana");
		t.truthy(tokens.refresh_token);
		await page.waitForURL(/\/callback\?/);

		await page.goto(`${running.origin}/account`);
		t.is(await page.getByLabel("Display name").inputValue(), "ana", "a login for an app is a login here");
	});

	test(`the account pages work${how}`, async (t) => {
		const { running, page } = await openScene(t, { javaScriptEnabled });
		await personWithPassword(running.gateway.context, "ana");
		await page.goto(`${running.origin}/account/apps`);
		await signIn(page, "@ana");
		t.true(page.url().endsWith("/account/apps"), "signing in leads back to where one wanted to go");
		await page.goto(`${running.origin}/account`);
		await fill(page, { "Display name": "Ana <b>", "About you (optional)": "a\nb" }, "Save");
		t.is(await page.getByLabel("Display name").inputValue(), "Ana <b>");
		t.is(await page.getByLabel("About you (optional)").inputValue(), "a\nb");
		await page.goto(`${running.origin}/account/apps`);
		await page.getByText("Make an access token").click();
		await fill(page, { "What is it for?": "cron" }, "Make token");
		const secret = await page.locator(".secret").innerText();
		t.is(await handleOf(running, secret), "ana");
		await page.goto(`${running.origin}/account/apps`);
		await page.getByRole("button", { name: "Revoke cron" }).click();
		await page.getByText("It is signed out.").waitFor();
		const refused = await fetch(`${running.origin}/api/me`, { headers: { Authorization: `Bearer ${secret}` } });
		t.is(refused.status, 401);

		await page.goto(`${running.origin}/account/security`);
		await page.getByRole("button", { name: "Set up an authenticator app" }).click();
		await fill(page, { "Code that the app shows now": "000000" }, "Turn on");
		t.true((await page.title()).startsWith("Error: "));
		const key = (await page.locator(".secret").innerText()).replaceAll(" ", "");
		await fill(page, { "Code that the app shows now": codeAt(key, Date.now()) }, "Turn on");
		t.is(await page.locator(".codes li").count(), 10);
		await page.goto(`${running.origin}/account/delete`);
		await fill(page, { "Your password": "not it at all" }, "Delete my account for ever");
		t.true((await page.locator(".fault").innerText()).includes("not your password"));
		await fill(page, { "Your password": password }, "Delete my account for ever");
		t.is(await headingOf(page), "Your account is deleted");
		await page.goto(`${running.origin}/account`);
		t.true(page.url().includes("/login"));
	});
}

test("an account with an authenticator app needs a code from it, or a recovery code, each valid once", async (t) => {
	const { running, page } = await openScene(t);
	const { context } = running.gateway;
	const ana = await personWithPassword(context, "ana");
	const { secret, recovery } = await turnCodesOn(context, ana);
	await using app = await startLoopbackApp(running.origin);
	await page.goto((await app.begin()).href);
	await signIn(page, "ana");
	t.is(await headingOf(page), "One more step");
	await page.goto(`${running.origin}/account`);
	t.true(page.url().includes("/login"), "a pending login is no session");
	await page.goBack();
	await fill(page, { Code: "000000" }, "Continue");
	t.is(await page.locator(".fault").innerText(), "That code is wrong or was used already. Wait for the next one.");
	t.is(await page.getByLabel("Code").inputValue(), "", "codes are not kept");
	const code = codeAt(secret, Date.now());
	await fill(page, { Code: code }, "Continue");
	await page.getByRole("button", { name: "Allow", exact: true }).click();
	t.is(await handleOf(running, (await app.finish()).access_token), "ana");

	for (const [used, isRight] of [
		[code, false],
		[recovery[3] as string, true],
		[recovery[3] as string, false],
	] as const) {
		const other = await (await browser.newContext()).newPage();
		await other.goto(`${running.origin}/login`);
		await signIn(other, "ana");
		await fill(other, { Code: used }, "Continue");
		t.is(new URL(other.url()).pathname, isRight ? "/account" : "/login/second-factor");
		await other.context().close();
	}
});

test("a passkey signs in by itself, and counts as a second factor", async (t) => {
	const { running, context: browserContext, page } = await openScene(t);
	const { context } = running.gateway;
	const ana = await personWithPassword(context, "ana");
	await addVirtualAuthenticator(browserContext, page);
	await page.goto(`${running.origin}/login?return=/account/security`);
	await signIn(page, "ana");
	await fill(page, { "Name for it": "Laptop" }, "Add a passkey");
	await page.getByText("The passkey is added.").waitFor();
	const signOut = () => page.getByRole("button", { name: "Sign out" }).click();
	await signOut();

	await page.getByRole("link", { name: "Sign in again" }).click();
	await page.getByRole("button", { name: "Sign in with a passkey" }).click();
	await page.waitForURL(`${running.origin}/account`);
	await signOut();

	await turnCodesOn(context, ana);
	await using app = await startLoopbackApp(running.origin);
	await page.goto((await app.begin()).href);
	await signIn(page, "ana");
	await page.getByRole("button", { name: "Use a passkey" }).click();
	await page.getByRole("button", { name: "Allow", exact: true }).click();
	t.is(await handleOf(running, (await app.finish()).access_token), "ana");

	await page.goto(`${running.origin}/account/security`);
	await page.getByRole("button", { name: "Remove the passkey Laptop" }).click();
	await page.getByText("You have none yet.").waitFor();
	await signOut();
	await page.goto(`${running.origin}/login`);
	await page.getByRole("button", { name: "Sign in with a passkey" }).click();
	await page.getByText("That passkey was not accepted").first().waitFor();
});

test("a recovery link comes by mail, works once, and signs everything else out", async (t) => {
	await using mail = await startSmtpServer();
	const { running, context, page } = await openScene(t, {
		env: { CAUSEWAY_MAIL_URL: mail.url, CAUSEWAY_MAIL_FROM: "causeway@social.test" },
	});
	await page.goto(`${running.origin}/signup`);
	await fill(
		page,
		{ Name: "ana", "E-mail address (optional)": "ana@mail.example", Password: password },
		"Create account",
	);
	const other = await (await browser.newContext()).newPage();
	const linkIn = (data: string): string =>
		/http:\/\/localhost\S+/.exec(data.replaceAll("=\r\n", "").replaceAll("=3D", "="))?.[0] ?? "";
	await other.goto(linkIn(await until("the address can be confirmed", () => mail.mails[0]?.data)));
	await fill(other, {}, "Confirm");
	t.is(await headingOf(other), "Your e-mail address is confirmed");
	const ask = async (name: string): Promise<string> => {
		await other.goto(`${running.origin}/recover`);
		await fill(other, { "Name or e-mail address": name }, "Send the link");
		return other.locator("main").innerText();
	};
	t.is(await ask("nobody"), await ask("Ana@Mail.example"), "the page doesn't reveal who has an account");
	const letter = await until("the mail has come", () => mail.mails[1]?.data);
	t.is(mail.mails.length, 2);
	const link = linkIn(letter);
	await other.goto(link);
	await fill(other, { "New password": "short" }, "Set the new password");
	t.is(await other.locator(".fault").innerText(), "Choose at least 10 characters.");
	await fill(other, { "New password": "a heron on the weir" }, "Set the new password");
	t.is(await headingOf(other), "Your password is changed");
	await other.goto(link);
	t.is(await headingOf(other), "This link doesn't work any more");

	await page.goto(`${running.origin}/account`);
	t.true(page.url().includes("/login"), "the session has ended");
	await signIn(page, "ana");
	t.is(await page.locator(".faults li").innerText(), "The name or the password is wrong.");
	await signIn(page, "ana", "a heron on the weir");
	t.is(new URL(page.url()).pathname, "/account");
	await context.clearCookies();
	await other.context().close();
});

test("signing an app out ends its event stream and revokes its tokens", async (t) => {
	const { running, page } = await openScene(t);
	await personWithPassword(running.gateway.context, "ana");
	await using app = await startLoopbackApp(running.origin, "Tern");
	await page.goto((await app.begin()).href);
	await signIn(page, "ana");
	await page.getByRole("button", { name: "Allow", exact: true }).click();
	const { access_token: token } = await app.finish();
	const stream = await listenTo(`${running.origin}/api/events`, token);
	t.is(stream.status, 200);
	t.false(stream.ended);
	await page.goto(`${running.origin}/account/apps`);
	await page.getByRole("button", { name: "Sign out Tern" }).click();
	await page.getByText("It is signed out.").waitFor();
	await until("the stream has ended", () => stream.ended);
	const after = await fetch(`${running.origin}/api/me`, { headers: { Authorization: `Bearer ${token}` } });
	t.is(after.status, 401);
	t.is(await page.getByRole("button", { name: "Sign out Tern" }).count(), 0);
});

test("denying consent answers the app with access_denied; another account can be used instead", async (t) => {
	const { running, page } = await openScene(t);
	await personWithPassword(running.gateway.context, "ana");
	await personWithPassword(running.gateway.context, "ben");
	await using app = await startLoopbackApp(running.origin);
	await page.goto((await app.begin()).href);
	await signIn(page, "ana");
	await page.getByRole("button", { name: "Don't allow" }).click();
	t.is((await app.returned()).searchParams.get("error"), "access_denied");

	await page.goto((await app.begin({ prompt: "select_account" })).href);
	t.is(await headingOf(page), "Choose an account");
	await page.getByRole("button", { name: "Use another account" }).click();
	await signIn(page, "ben");
	t.is(await headingOf(page), "Allow Tern?");
	await page.getByRole("button", { name: "Allow", exact: true }).click();
	t.is(await handleOf(running, (await app.finish()).access_token), "ben");

	await page.goto((await app.begin({ prompt: "login" })).href);
	await page.getByRole("button", { name: "Cancel" }).click();
	t.is((await app.returned()).searchParams.get("error"), "access_denied");
});

test("forms of other sites are rejected, and other sites can't frame our pages", async (t) => {
	const { running, page } = await openScene(t);
	await personWithPassword(running.gateway.context, "ana");
	await page.goto(`${running.origin}/login`);
	await signIn(page, "ana");
	const evil = createServer((request, response) => {
		response.setHeader("Content-Type", "text/html");
		response.end(
			request.url === "/frame"
				? `<iframe src="${running.origin}/account"></iframe>`
				: `<form method="post" action="${running.origin}/account"><input name="displayName" value="Owned"><button>Win</button></form>`,
		);
	});
	await new Promise<void>((resolve) => evil.listen(0, "127.0.0.1", resolve));
	t.teardown(() => evil.close());
	const site = `http://127.0.0.1:${(evil.address() as AddressInfo).port}`;
	await page.goto(site);
	await page.getByRole("button", { name: "Win" }).click();
	await page.waitForURL(/^http:\/\/localhost/);
	t.is(await headingOf(page), "Not allowed");
	await page.goto(`${running.origin}/account`);
	t.is(await page.getByLabel("Display name").inputValue(), "ana");

	await page.goto(`${site}/frame`);
	const [, frame] = page.frames();
	await until("the frame was tried", () => (frame?.url() ?? "") !== "");
	t.is(await frame?.getByText("Ana").count(), 0);
	t.true(frame?.url().startsWith("chrome-error:"), frame?.url());
});

test("the error summary takes the focus, and links to the fields", async (t) => {
	const { running, page } = await openScene(t);
	await page.goto(`${running.origin}/signup`);
	t.is(await page.evaluate("document.activeElement.id"), "field-handle");
	await fill(
		page,
		{ Name: "Ana B", "E-mail address (optional)": "ana@mail.example", Password: "short" },
		"Create account",
	);
	t.is(await page.evaluate("document.activeElement.getAttribute('role')"), "alert");
	await page.keyboard.press("Tab");
	await page.keyboard.press("Enter");
	t.is(await page.evaluate("document.activeElement.id"), "field-handle");
	t.is(await page.getByLabel("Name", { exact: true }).inputValue(), "Ana B");
	t.is(await page.getByLabel("E-mail address (optional)").inputValue(), "ana@mail.example");
	t.is(await page.getByLabel("Password").inputValue(), "");
	const described = (await page.getByLabel("Password").getAttribute("aria-describedby")) ?? "";
	t.deepEqual(described.split(" "), ["field-password-hint", "field-password-fault"]);
});
