import test from "ava";
import * as client from "openid-client";
import { ask, begin, goThrough, password, redeem, register } from "../http/oauth/scene.ts";
import { createBrowser } from "../support/browser-forms.ts";
import { startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Starts a provider in a process of its own, with an account that has a password. */
async function startWithAccount(t: Parameters<typeof temporaryFolder>[0]) {
	const folder = await temporaryFolder(t);
	const provider = await startProvider({ folder, env: { CAUSEWAY_REGISTRATION_MODE: "open" } });
	t.teardown(() => provider[Symbol.asyncDispose]());
	const made = await fetch(`${provider.origin}/api/auth/register`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ handle: "jane", password }),
	});
	t.is(made.status, 201);
	return provider;
}

test("a log-in continues after the provider was killed in the middle of it", async (t) => {
	const provider = await startWithAccount(t);
	const { origin } = provider;
	const config = await register(origin);
	const browser = createBrowser(origin);
	const attempt = await begin(config);
	const logIn = await browser.open(attempt.url.href);
	await provider.kill9();
	await provider.restart();

	const consent = await browser.submit(logIn, "/login", { name: "jane", password });
	t.regex(consent.text, /value="yes"/);
	await provider.kill9();
	await provider.restart();

	const { url } = await browser.submit(consent, "/consent", { answer: "yes" });
	await provider.kill9();
	await provider.restart();
	const tokens = await redeem(config, attempt, url);
	t.is((await ask(origin, tokens.access_token)).status, 200);
});

test("issued tokens survive a kill, and used codes stay used", async (t) => {
	const provider = await startWithAccount(t);
	const { origin } = provider;
	const config = await register(origin);
	const browser = createBrowser(origin);
	const attempt = await begin(config);
	const { url } = await goThrough(browser, await browser.open(attempt.url.href), "jane");
	const first = await redeem(config, attempt, url);
	await provider.kill9();
	await provider.restart();
	t.is((await ask(origin, first.access_token)).status, 200);

	const second = await client.refreshTokenGrant(config, first.refresh_token as string);
	await provider.kill9();
	await provider.restart();
	t.is((await ask(origin, second.access_token)).status, 200);

	// The signing keys are the same too; otherwise the response would not verify.
	const third = await client.refreshTokenGrant(config, second.refresh_token as string);
	t.is((await ask(origin, third.access_token)).status, 200);
	await provider.cli("keys", "rotate");
	t.is((await ask(origin, third.access_token)).status, 200);

	await t.throwsAsync(redeem(config, attempt, url), { code: "OAUTH_RESPONSE_BODY_ERROR" });
	t.is((await ask(origin, third.access_token)).status, 401, "reuse of a code revokes the grant");
});
