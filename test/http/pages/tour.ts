import type { BrowserContext, Page } from "playwright-core";
import { accountByHandle } from "#core/accounts/find-account.ts";
import { changeProfile } from "#core/groups/change-profile.ts";
import { recoveryLink } from "#core/identity/recovery.ts";
import type { Account } from "#core/model/account.ts";
import { codeAt } from "../../support/codes.ts";
import type { Running } from "../../support/gateway.ts";
import { startLoopbackApp } from "../../support/loopback-app.ts";
import { password, personWithPassword, turnCodesOn } from "../../support/person.ts";

/** Fills in a form by the labels of its fields, and submits it. */
export async function fill(page: Page, fields: Readonly<Record<string, string>>, submit: string): Promise<void> {
	for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
	await page.getByRole("button", { name: submit, exact: true }).click();
	await page.waitForLoadState();
}

/** Adds a virtual platform authenticator that confirms everything. */
export async function addVirtualAuthenticator(context: BrowserContext, page: Page): Promise<void> {
	const devtools = await context.newCDPSession(page);
	await devtools.send("WebAuthn.enable");
	await devtools.send("WebAuthn.addVirtualAuthenticator", {
		options: {
			protocol: "ctap2",
			transport: "internal",
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true,
		},
	});
}

/** Begins the device flow (RFC 8628 §3.1) as a device without a keyboard. @returns the code that it shows */
async function askAsDevice(origin: string): Promise<string> {
	const client = (await (
		await fetch(`${origin}/oauth/register`, {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify({
				client_name: "Birdhouse",
				grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
				response_types: [],
				redirect_uris: [],
				token_endpoint_auth_method: "none",
			}),
		})
	).json()) as { client_id: string };
	const asked = await fetch(`${origin}/oauth/device_authorization`, {
		method: "POST",
		body: new URLSearchParams({ client_id: client.client_id, scope: "openid ofscp" }),
	});
	return ((await asked.json()) as { user_code: string }).user_code;
}

/**
 * Goes through every identity page, as three users.
 *
 * @param visit is called on each page, with its name
 */
export async function tour(
	{ origin, gateway: { context } }: Running,
	browserContext: BrowserContext,
	visit: (name: string, page: Page) => Promise<void>,
): Promise<void> {
	const page = await browserContext.newPage();
	await addVirtualAuthenticator(browserContext, page);
	const at = (path: string) => page.goto(origin + path);
	const stop = (name: string) => visit(name, page);
	await using app = await startLoopbackApp(origin);

	await at("/signup");
	await stop("sign-up");
	await fill(page, { Name: "Ana B", "Display name (optional)": "Ana", Password: "short" }, "Create account");
	await stop("sign-up-faults");
	await page.goto((await app.begin()).href);
	await stop("sign-in");
	await fill(page, { "Name or e-mail address": "ana", Password: "wrong" }, "Sign in");
	await stop("sign-in-faults");
	await page.getByRole("link", { name: "Create your account" }).click();
	await fill(page, { Name: "ana", "Display name (optional)": "Ana Ferreira", Password: password }, "Create account");
	await stop("consent");
	await page.getByRole("button", { name: "Allow", exact: true }).click();
	await app.finish();
	await page.goto((await app.begin({ prompt: "select_account" })).href);
	await stop("choose-account");

	// An avatar on another server, which no page here may request.
	const ana = await accountByHandle(context, "ana", context.domain);
	await changeProfile(context, ana as Account, { avatar: "https://pictures.example/ana.png" });
	await at("/account");
	await fill(page, { "About you (optional)": "Counts plovers.\nDraws maps." }, "Save");
	await stop("profile");
	await at("/account/security");
	await page.getByLabel("Name for it").fill("Laptop");
	await page.getByRole("button", { name: "Add a passkey" }).click();
	await page.getByText("The passkey is added.").waitFor();
	await stop("security");
	await page.getByRole("button", { name: "Set up an authenticator app" }).click();
	await stop("authenticator");
	const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
	await fill(page, { "Code that the app shows now": codeAt(secret, context.clock.now()) }, "Turn on");
	await stop("recovery-codes");
	await at("/account/apps");
	await page.getByText("Make an access token").click();
	await fill(page, { "What is it for?": "Backup script" }, "Make token");
	await stop("access-token");
	await at("/account/apps");
	await stop("apps");
	await at("/account/confirm?return=/account/security");
	await stop("confirm");
	await at("/account/delete");
	await stop("delete");
	await at("/account");
	await page.getByRole("button", { name: "Sign out" }).click();
	await stop("signed-out");

	await personWithPassword(context, "cleo");
	const ben = await personWithPassword(context, "ben");
	await turnCodesOn(context, ben);
	await at("/login");
	await fill(page, { "Name or e-mail address": ben.handle, Password: password }, "Sign in");
	await stop("second-factor");
	await at("/recover");
	await stop("recover");
	await fill(page, { "Name or e-mail address": ben.handle }, "Send the link");
	await stop("recover-sent");
	await page.goto(await recoveryLink(context, ben));
	await stop("recover-password");
	await at("/recover?link=cwr_none");
	await stop("recover-invalid");
	await browserContext.clearCookies();
	const code = await askAsDevice(origin);
	await at("/oauth/device");
	await stop("device");
	await fill(page, { Code: "wrong" }, "Continue");
	await stop("device-faults");
	await fill(page, { Code: code }, "Continue");
	await stop("device-confirm");
	await page.getByRole("button", { name: "Yes, the codes are the same" }).click();
	await fill(page, { "Name or e-mail address": "cleo", Password: password }, "Sign in");
	await page.getByRole("button", { name: "Allow", exact: true }).click();
	await page.getByText("The device is connected").waitFor();
	await stop("device-done");
	await at("/oauth/authorize?client_id=nobody&response_type=code");
	await stop("app-mistake");
	await at("/oauth/interaction/none");
	await stop("too-late");
	await page.close();
}
