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

test("an unknown scope is rejected, in an authorization and in a device request", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin, {
		grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
	});
	const browser = createBrowser(origin);
	for (const scope of ["openid everything", "everything", "ofscp OFSCP"]) {
		const page = await browser.open((await begin(config, { scope })).url.href);
		t.true(page.left && page.url.startsWith(redirectUri), `${scope}: ${page.url}`);
		t.like(query(page.url), { error: "invalid_scope", iss: origin }, scope);
	}
	const device = await fetch(`${origin}/oauth/device_authorization`, {
		method: "POST",
		body: new URLSearchParams({ client_id: config.clientMetadata().client_id, scope: "openid everything" }),
	});
	t.is(device.status, 400);
	t.is(((await device.json()) as { error: string }).error, "invalid_scope");
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
