import anyTest, { type TestFn } from "ava";
import { createBrowser, formsOf } from "../../support/browser-forms.ts";
import type { Client } from "../../support/client.ts";
import type { Running } from "../../support/gateway.ts";
import { member, password, redirectUri, register, startScene } from "./scene.ts";

const test = anyTest as TestFn<{ provider: Running; ana: Client; bea: Client }>;

test.before(async (t) => {
	const provider = await startScene();
	t.context = { provider, ana: await provider.person("ana"), bea: await provider.person("bea") };
	await member(provider, "jane");
});
test.after.always((t) => t.context.provider?.[Symbol.asyncDispose]());

const large = "x".repeat(10 * 1024 ** 2);
const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
const typed = "application/x-www-form-urlencoded";

test("every endpoint with a body answers malformed input with a clear error", async (t) => {
	const { provider, ana } = t.context;
	const authorization = `Bearer ${ana.token}`;
	const json = "application/json";
	const cases: [string, string, string, string, number[]][] = [
		["POST", "/api/groups", json, JSON.stringify({ name: large }), [413]],
		["PATCH", "/api/me", json, JSON.stringify({ displayName: large }), [413]],
		["POST", "/api/auth/login", json, JSON.stringify({ handle: large }), [413]],
		["POST", "/oauth/register", json, JSON.stringify({ redirect_uris: [redirectUri], x: large }), [400, 413]],
		["POST", "/oauth/token", typed, `grant_type=${large}`, [400, 413]],
		["POST", "/oauth/revoke", typed, `token=${large}`, [400, 413]],
		["POST", "/login", typed, `name=${large}`, [413]],
		["POST", "/api/groups", json, deep, [400]],
		["POST", "/api/groups", json, `{"name":${deep}}`, [400]],
		["POST", "/api/auth/login", json, deep, [400]],
		["POST", "/oauth/register", json, deep, [400]],
		["POST", "/oauth/register", json, `{"redirect_uris":["${redirectUri}"],"__proto__":{"client_id":"x"}}`, [201, 400]],
		["POST", "/api/groups", json, '{"name":"x","__proto__":{"joinPolicy":"open"}}', [400]],
		["POST", "/oauth/token", typed, "grant_type=refresh_token&grant_type=client_credentials", [400]],
		["POST", "/oauth/token", typed, "__proto__=x&grant_type=refresh_token&client_id=constructor", [400, 401]],
		["POST", "/oauth/token", typed, `${"a=b&".repeat(10_000)}grant_type=x`, [400, 413]],
		["POST", "/oauth/token", typed, "%ff%00=%zz", [400]],
		["POST", "/oauth/token", json, '{"grant_type":"refresh_token"}', [400]],
		["POST", "/oauth/token", "multipart/form-data; boundary=x", "--x\r\n\r\n--x--", [400]],
		["POST", "/oauth/token", "text/xml", "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>", [400]],
		["POST", "/login", "multipart/form-data; boundary=x", "--x\r\n\r\n--x--", [400, 415]],
		["POST", "/oauth/device", typed, `user_code=${"x".repeat(40_000)}`, [200, 400, 413]],
	];
	for (const [method, path, type, body, statuses] of cases) {
		const what = `${method} ${path} ${body.slice(0, 40)}`;
		const answer = await fetch(provider.origin + path, {
			method,
			redirect: "manual",
			headers: { "content-type": type, ...(path.startsWith("/api/") ? { authorization } : {}) },
			body,
		});
		t.true(statuses.includes(answer.status), `${what}: ${answer.status}`);
		const text = await answer.text();
		t.notRegex(text, /root:|node_modules|at \w+ \(/, what);
		if (path.startsWith("/api/")) t.is(answer.headers.get("content-type"), "application/problem+json", what);
		else if (path !== "/login" && path !== "/oauth/device" && answer.status >= 400)
			t.is(typeof (JSON.parse(text) as { error: unknown }).error, "string", what);
	}
	const proto = (Object.prototype as { client_id?: unknown }).client_id;
	t.is(proto, undefined);
});

test("user content runs no scripts, and its links and images are https", async (t) => {
	const { provider, ana } = t.context;
	const script =
		'<script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a><svg onload=alert(1)>';
	await ana.call("PATCH", "/api/me", { displayName: script.slice(0, 100), bio: script });
	const me = await ana.call<{ group: string }>("GET", "/api/me");
	const { timeline } = await timelineOf(provider, "ana");
	for (const content of [
		{ text: script },
		{ text: script, mime: "text/html" },
		{ text: `[x](javascript:alert(1)) ![x](data:text/html,x) ${script}`, mime: "text/markdown" },
	])
		await ana.answer("POST", timeline, { type: "article", content });
	for (const avatar of [
		"javascript:alert(1)",
		"data:image/svg+xml,<svg onload=alert(1)>",
		"http://evil.example/x.png",
		"file:///etc/passwd",
	])
		t.is((await ana.answer("PATCH", "/api/me", { avatar })).status, 400, avatar);
	t.truthy(me);
	const browser = createBrowser(provider.origin);
	for (const path of ["/", "/@ana"]) {
		const { text, headers } = await browser.open(path);
		t.notRegex(text, /<script|<svg[^>]*onload|<img[^>]*onerror|href="\s*javascript:|src="\s*data:text/i, path);
		t.regex(headers.get("content-security-policy") ?? "", /^default-src 'none'/, path);
		t.notRegex(headers.get("content-security-policy") ?? "", /script-src|unsafe/, path);
	}
	t.regex((await browser.open("/@ana")).text, /&lt;script&gt;/, "the script is shown as text");
	const api = await fetch(`${provider.origin}/api/users/ana/profile`, { headers: { accept: "text/html" } });
	t.is(api.headers.get("content-type"), "application/json");
	t.is(api.headers.get("x-content-type-options"), "nosniff");
});

async function timelineOf({ gateway: { context } }: Running, handle: string) {
	const { accountByHandle } = await import("#core/accounts/find-account.ts");
	const account = await accountByHandle(context, handle, context.domain);
	return { timeline: `/api/groups/${account?.group}/channels/${account?.timeline}/messages` };
}

test("responses don't reveal whether a hidden resource exists", async (t) => {
	const { provider, ana, bea } = t.context;
	const { origin } = provider;
	const { id: group } = await ana.call<{ id: string }>("POST", "/api/groups", { name: "x" });
	const { id: channel } = await ana.call<{ id: string }>("POST", `/api/groups/${group}/channels`, { name: "y" });
	const messages = `/api/groups/${group}/channels/${channel}/messages`;
	const { id } = await ana.call<{ id: string }>("POST", messages, { type: "memo", content: { text: "z" } });
	const { items: sessions } = await ana.call<{ items: { id: string }[] }>("GET", "/api/me/sessions");
	const bent = (text: string) => `${text.slice(0, -2)}${text.endsWith("00") ? "11" : "00"}`;
	for (const [method, path, other, body] of [
		["GET", `${messages}/${id}`, `${messages}/${bent(id)}`],
		["GET", messages, messages.replace(channel, bent(channel))],
		["GET", `${messages}/${id}/reactions`, `${messages}/${bent(id)}/reactions`],
		["PATCH", `${messages}/${id}`, `${messages}/${bent(id)}`, { content: { text: "w" } }],
		["DELETE", `${messages}/${id}`, `${messages}/${bent(id)}`],
		["DELETE", `/api/me/sessions/${sessions[0]?.id}`, `/api/me/sessions/${bent(sessions[0]?.id ?? "")}`],
	] as const) {
		const [there, nowhere] = [await bea.answer(method, path, body), await bea.answer(method, other, body)];
		t.is(there.status, 404, path);
		const { instance: _, ...said } = there.body;
		const { instance: __, ...same } = nowhere.body;
		t.deepEqual(said, same, path);
	}
	const own = (await register(origin)).clientMetadata();
	const form = async (path: string, fields: Record<string, string>) => {
		const answer = await fetch(origin + path, { method: "POST", body: new URLSearchParams(fields) });
		return [answer.status, await answer.text()];
	};
	const secret = (await register(origin, { token_endpoint_auth_method: "client_secret_post" })).clientMetadata();
	const guess = { client_secret: "guess", grant_type: "client_credentials" };
	t.deepEqual(
		await form("/oauth/token", { ...guess, client_id: secret.client_id }),
		await form("/oauth/token", { ...guess, client_id: "nobody" }),
		"a client with another secret, and none",
	);
	for (const token of ["x", ana.token])
		t.is((await form("/oauth/revoke", { client_id: own.client_id, token }))[0], 200, "a token that is not its own");
	t.is((await ana.answer("GET", "/api/me")).status, 200);
	const registration = async (client: string) => {
		const answer = await fetch(`${origin}/oauth/register/${client}`, { headers: { authorization: "Bearer guess" } });
		return [answer.status, await answer.text()];
	};
	t.deepEqual(await registration(own.client_id), await registration("nobody"));

	const browser = createBrowser(origin);
	const answers: string[] = [];
	for (const name of ["jane", "nobody"]) {
		const page = await browser.submit(await browser.open("/login"), "/login", { name, password: `${password}x` });
		const mask = formsOf(page)[0]?.hidden.csrf ?? "";
		answers.push(`${page.status} ${page.text.replaceAll(mask, "").replaceAll(name, "N")}`);
	}
	t.is(answers[0], answers[1]);
});
