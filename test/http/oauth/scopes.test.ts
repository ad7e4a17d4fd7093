import ava, { type TestFn } from "ava";
import { createBrowser } from "../../support/browser-forms.ts";
import type { Running } from "../../support/gateway.ts";
import { authorize, begin, goThrough, member, redirectUri, register, startScene } from "./scene.ts";

const test = ava as TestFn<{ provider: Running }>;
test.before(async (t) => {
	t.context.provider = await startScene();
	await member(t.context.provider, "jane");
});
test.after.always((t) => t.context.provider?.[Symbol.asyncDispose]());

const query = (url: string): Record<string, string> => Object.fromEntries(new URL(url).searchParams);

test("unknown scopes are ignored, in an authorization and in a device request", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin, {
		grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
	});
	for (const [scope, granted] of [
		["openid everything", "openid"],
		["ofscp OFSCP read write", "ofscp"],
		["activitypub:read:all openid profile", "openid profile"],
	] as const) {
		const tokens = await authorize(origin, config, "jane", { scope });
		t.is(tokens.scope, granted, scope);
	}
	const ask = (scope: string) =>
		fetch(`${origin}/oauth/device_authorization`, {
			method: "POST",
			body: new URLSearchParams({ client_id: config.clientMetadata().client_id, scope }),
		});
	t.is((await ask("openid everything")).status, 200);
	const useless = await ask("everything");
	t.is(useless.status, 400);
	t.is(((await useless.json()) as { error: string }).error, "invalid_scope");
});

test("a request of unknown scopes only is rejected before the user signs in", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin);
	for (const scope of ["everything", "email", "OPENID read"]) {
		const page = await createBrowser(origin).open((await begin(config, { scope })).url.href);
		t.true(page.left && page.url.startsWith(redirectUri), `${scope}: ${page.url}`);
		t.like(query(page.url), { error: "invalid_scope", iss: origin }, scope);
	}
});

test("the standard OpenID Connect scopes that grant nothing here are ignored", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin);
	const tokens = await authorize(origin, config, "jane", { scope: "openid profile email address phone" });
	t.deepEqual(tokens.scope?.split(" ").toSorted(), ["openid", "profile"]);
	const browser = createBrowser(origin);
	const attempt = await begin(config, { scope: "openid email" });
	t.true((await goThrough(browser, await browser.open(attempt.url.href), "jane")).left);
});
