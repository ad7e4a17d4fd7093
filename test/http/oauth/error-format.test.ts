import ava, { type TestFn } from "ava";
import type { Running } from "../../support/gateway.ts";
import { register, startScene } from "./scene.ts";

const test = ava as TestFn<{ provider: Running }>;
test.before(async (t) => {
	t.context.provider = await startScene();
});
test.after.always((t) => t.context.provider?.[Symbol.asyncDispose]());

const accepts = [
	undefined,
	"*/*",
	"text/html",
	"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
	"text/html, application/json;q=0.1",
	"image/png",
];

/** Requests that fail, to each endpoint that a client calls itself. */
const failing: readonly (readonly [string, string, Readonly<Record<string, string>>, string?])[] = [
	["POST", "/oauth/token", {}, "grant_type=authorization_code&code=x&client_id=x"],
	["POST", "/oauth/token", {}, "grant_type=refresh_token&refresh_token=x&client_id=CLIENT"],
	["POST", "/oauth/token", {}, "grant_type=magic&client_id=CLIENT"],
	["POST", "/oauth/token", { "content-type": "application/json" }, "{}"],
	["POST", "/oauth/introspect", {}, "token=x&client_id=x"],
	["POST", "/oauth/revoke", {}, "client_id=CLIENT"],
	["POST", "/oauth/device_authorization", {}, "client_id=x"],
	["GET", "/oauth/userinfo", { authorization: "Bearer x" }],
	["POST", "/oauth/userinfo", {}, ""],
	["POST", "/oauth/register", { "content-type": "application/json" }, '{"redirect_uris":["x"]}'],
	["POST", "/oauth/register", { "content-type": "application/json" }, "{"],
	["GET", "/oauth/register/CLIENT", { authorization: "Bearer x" }],
	["GET", "/oauth/token", {}],
	["PUT", "/oauth/revoke", {}, ""],
	["DELETE", "/oauth/introspect", {}],
	["GET", "/oauth/register", {}],
	["PATCH", "/oauth/register/CLIENT", {}, ""],
	["GET", "/oauth/device_authorization", {}],
	["DELETE", "/oauth/userinfo", {}],
];

test("errors of the endpoints for clients are JSON, whatever Accept prefers", async (t) => {
	const { origin } = t.context.provider;
	const client = (await register(origin)).clientMetadata().client_id;
	for (const [method, path, headers, body] of failing) {
		for (const accept of accepts) {
			const response = await fetch(origin + path.replace("CLIENT", client), {
				method,
				headers: {
					...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
					...headers,
					...(accept === undefined ? {} : { accept }),
				},
				...(body === undefined ? {} : { body: body.replace("CLIENT", client) }),
			});
			const what = `${method} ${path} ${body ?? ""} ${accept ?? ""}: ${response.status}`;
			t.true([400, 401, 405].includes(response.status), what);
			if (response.status === 405) t.truthy(response.headers.get("allow"), what);
			t.regex(response.headers.get("content-type") ?? "", /^application\/json/, what);
			const { error } = (await response.json()) as { error: unknown };
			t.is(typeof error, "string", what);
		}
	}
});

test("an authorization request that can't be answered to the client gets a page", async (t) => {
	const response = await fetch(`${t.context.provider.origin}/oauth/authorize?client_id=x`);
	t.is(response.status, 400);
	t.regex(response.headers.get("content-type") ?? "", /^text\/html/);
});
