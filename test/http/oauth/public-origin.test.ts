import test from "ava";
import { startScene } from "./scene.ts";

/** A provider as in production: a public https origin, and a reverse proxy that connects with http. */
const behindProxy = {
	CAUSEWAY_PUBLIC_URL: "https://social.example",
	CAUSEWAY_LISTEN_BEHIND_PROXY: "true",
	CAUSEWAY_FEDERATION_INSECURE_LOCALHOST: "false",
};

test("behind a proxy, URLs use the public origin, and cookies are Secure", async (t) => {
	const provider = await startScene(behindProxy);
	t.teardown(() => provider[Symbol.asyncDispose]());
	const here = provider.origin;
	const metadata = (await (await fetch(`${here}/.well-known/oauth-authorization-server`)).json()) as Record<
		string,
		unknown
	>;
	t.is(metadata.issuer, "https://social.example");
	for (const [name, value] of Object.entries(metadata))
		if (/_(endpoint|uri)$/.test(name)) t.true(String(value).startsWith("https://social.example/"), name);

	const made = (await (
		await fetch(`${here}/oauth/register`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ redirect_uris: ["https://otter.example/cb"], token_endpoint_auth_method: "none" }),
		})
	).json()) as { client_id: string; registration_client_uri: string };
	t.true(made.registration_client_uri.startsWith("https://social.example/oauth/register/"));
	const asked = new URL("/oauth/authorize", here);
	asked.search = new URLSearchParams({
		client_id: made.client_id,
		response_type: "code",
		redirect_uri: "https://otter.example/cb",
		scope: "openid",
		code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
		code_challenge_method: "S256",
	}).toString();
	const sent = await fetch(asked, { redirect: "manual" });
	t.is(sent.status, 303);
	const place = new URL(sent.headers.get("location") as string, "https://social.example");
	t.is(place.origin, "https://social.example");
	const cookies = sent.headers.getSetCookie();
	t.true(cookies.length >= 2);
	for (const cookie of cookies) {
		t.regex(cookie, /^__Secure-/);
		t.regex(cookie, /; secure/i);
		t.regex(cookie, /; samesite=lax/i);
	}
	const page = await fetch(here + place.pathname, {
		headers: { cookie: cookies.map((cookie) => cookie.split(";")[0]).join("; "), accept: "text/html" },
	});
	t.is(page.status, 200);
	t.regex(await page.text(), /name="password"/);
});

test("without plain http, client documents are not fetched from loopback or private addresses", async (t) => {
	const provider = await startScene(behindProxy);
	t.teardown(() => provider[Symbol.asyncDispose]());
	for (const id of [
		"http://127.0.0.1:1/c",
		"https://127.0.0.1/c",
		"https://localhost/c",
		"https://[::1]/c",
		"https://10.0.0.1/c",
		"https://2130706433/c",
	]) {
		const asked = new URL("/oauth/authorize", provider.origin);
		asked.search = new URLSearchParams({
			client_id: id,
			response_type: "code",
			redirect_uri: "https://otter.example/cb",
		}).toString();
		const answer = await fetch(asked, { redirect: "manual", headers: { accept: "text/html" } });
		t.is(answer.status, 400, id);
		t.regex(await answer.text(), /invalid_client/, id);
	}
});
