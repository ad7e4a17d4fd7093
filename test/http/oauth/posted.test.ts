import ava, { type TestFn } from "ava";
import { createBrowser } from "../../support/browser-forms.ts";
import type { Running } from "../../support/gateway.ts";
import { authorize, begin, goThrough, member, redeem, register, startScene } from "./scene.ts";

const test = ava as TestFn<{ provider: Running }>;
test.before(async (t) => {
	t.context.provider = await startScene();
	await member(t.context.provider, "jane");
});
test.after.always((t) => t.context.provider?.[Symbol.asyncDispose]());

const post = (url: string, body: URLSearchParams | string, type?: string) =>
	fetch(url, {
		method: "POST",
		redirect: "manual",
		body,
		...(type === undefined ? {} : { headers: { "content-type": type } }),
	});

test("an authorization request may be posted, with the same result", async (t) => {
	const { origin } = t.context.provider;
	const config = await register(origin);
	const attempt = await begin(config);
	const posted = await post(`${origin}/oauth/authorize`, attempt.url.searchParams);
	t.is(posted.status, 303);
	const asked = new URL(posted.headers.get("location") ?? "", origin);
	t.is(asked.pathname, "/oauth/authorize");
	t.deepEqual([...asked.searchParams], [...attempt.url.searchParams]);
	const browser = createBrowser(origin);
	const page = await goThrough(browser, await browser.open(asked.href), "jane");
	t.truthy((await redeem(config, attempt, page.url)).access_token);
});

test("a logout request may be posted", async (t) => {
	const { origin } = t.context.provider;
	const browser = createBrowser(origin);
	const { id_token: hint = "" } = await authorize(origin, await register(origin), "jane", { browser });
	const posted = await post(`${origin}/oauth/logout`, new URLSearchParams({ id_token_hint: hint }));
	t.is(posted.status, 303);
	const page = await browser.open(new URL(posted.headers.get("location") ?? "", origin).href);
	t.regex(page.text, /Sign out\?/);
});

test("a posted request must be a form that fits into a URL", async (t) => {
	const at = `${t.context.provider.origin}/oauth/authorize`;
	t.is((await post(at, "{}", "application/json")).status, 415);
	t.is((await post(at, new URLSearchParams({ state: "x".repeat(10_000) }))).status, 413);
	const twice = await post(at, "client_id=a&client_id=b", "application/x-www-form-urlencoded");
	t.is(new URL(twice.headers.get("location") ?? "", at).search, "?client_id=a&client_id=b");
});
