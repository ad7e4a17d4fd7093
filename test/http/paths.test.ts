import test from "ava";
import { isClientEndpoint } from "../../src/http/oauth/endpoints.ts";
import { type Door, openDoor } from "./door.ts";

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** The paths outside the API with their methods; the OpenAPI document lists those of the API. */
const others: Readonly<Record<string, readonly string[]>> = {
	"/": ["GET"],
	"/@jane": ["GET"],
	"/%40jane": ["GET"],
	"/@jane/msg_01m7yn0jjpf1wsqnjq7yjyvjjd": ["GET"],
	"/%40jane/msg_01m7yn0jjpf1wsqnjq7yjyvjjd": ["GET"],
	"/c/dev-guild": ["GET"],
	"/assets/style.css": ["GET"],
	"/assets/icon.svg": ["GET"],
	"/healthz": ["GET"],
	"/readyz": ["GET"],
	"/metrics": ["GET"],
	"/login": ["GET", "POST"],
	"/signup": ["GET", "POST"],
	"/recover": ["GET", "POST"],
	"/account": ["GET", "POST"],
	"/account/security": ["GET"],
	"/account/apps": ["GET"],
	"/.well-known/jwks.json": ["GET"],
	"/.well-known/oauth-authorization-server": ["GET"],
	"/.well-known/openid-configuration": ["GET"],
	"/oauth/authorize": ["GET", "POST"],
	"/oauth/authorize/1": ["GET"],
	"/oauth/device": ["GET", "POST"],
	"/oauth/device/1": ["GET"],
	"/oauth/device_authorization": ["POST"],
	"/oauth/introspect": ["POST"],
	"/oauth/logout": ["GET", "POST"],
	"/oauth/logout/confirm": ["POST"],
	"/oauth/logout/success": ["GET"],
	"/oauth/register": ["POST"],
	"/oauth/register/1": ["GET", "PUT", "DELETE"],
	"/oauth/revoke": ["POST"],
	"/oauth/token": ["POST"],
	"/oauth/userinfo": ["GET", "POST"],
};

/** Example values of path parameters. */
const given: Readonly<Record<string, string>> = {
	g: "grp_01m7yn0jjpf1wsqnjq7yjyvjjd",
	c: "chn_01m7yn0jjpf1wsqnjq7yjyvjjd",
	m: "msg_01m7yn0jjpf1wsqnjq7yjyvjjd",
	u: "jane@social.example",
};

/** All paths with their methods. */
async function allPaths(door: Door): Promise<ReadonlyMap<string, readonly string[]>> {
	const { paths } = (await door.ask("GET", "/api/openapi.json")).body as {
		readonly paths: Readonly<Record<string, object>>;
	};
	const known = new Map(Object.entries(others));
	for (const [path, operations] of Object.entries(paths)) {
		const at = path.startsWith("/grp_")
			? `/${given.g}`
			: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => given[name] ?? "1");
		known.set(at, [...(known.get(at) ?? []), ...Object.keys(operations).map((method) => method.toUpperCase())]);
	}
	return known;
}

/** The path in the other letter case, except for its parameters and the part that selects its door. */
function inCapitals(path: string): string {
	const values = new Set([...Object.values(given), "1", "dev-guild"]);
	const parts = path.split("/");
	const isFixed = (part: string, at: number) =>
		values.has(part) || /^(@|%40)/.test(part) || (parts.length > 3 && at < 3);
	return parts.map((part, at) => (isFixed(part, at) ? part : part.toUpperCase())).join("/");
}

test("paths are matched exactly: longer ones, trailing slashes and other letter case get 404 with any method", async (t) => {
	const door = await openDoor();
	t.teardown(() => door.close());
	const known = await allPaths(door);
	t.true(known.size > 60);
	const hasChild = (path: string) => [...known.keys()].some((other) => other.startsWith(`${path}/`));
	const jane = await door.person("jane");
	for (const path of known.keys()) {
		const beside = [`${path}/no/such/thing`];
		if (path !== "/") beside.push(`${path}/`);
		if (inCapitals(path) !== path) beside.push(inCapitals(path));
		if (!hasChild(path)) beside.push(`${path}/thing`);
		for (const at of beside) {
			for (const method of ["GET", "POST"] as const) {
				const answer = await door.ask(method, at, { token: jane.token, headers: { accept: "text/event-stream, */*" } });
				t.is(answer.status, 404, `${method} ${at}`);
				t.is(answer.body?.errorCode, "not_found", `${method} ${at}`);
				t.is(answer.headers.get("content-type"), "application/problem+json");
			}
		}
	}
});

test("an unsupported method gets 405 with the allowed ones", async (t) => {
	const door = await openDoor();
	t.teardown(() => door.close());
	for (const [path, has] of await allPaths(door)) {
		for (const method of methods.filter((name) => !has.includes(name))) {
			const answer = await door.ask(method, path);
			t.is(answer.status, 405, `${method} ${path}`);
			if (isClientEndpoint(path) && path in others)
				t.is(
					(answer.body as { error?: string }).error,
					"invalid_request",
					`${method} ${path} ${JSON.stringify(answer.body)}`,
				);
			else t.is(answer.body.errorCode, "method_not_allowed");
			const allowed = (answer.headers.get("allow") ?? "").split(", ").filter((name) => name !== "HEAD");
			t.deepEqual(allowed.toSorted(), has.toSorted(), `${method} ${path}`);
		}
	}
});

test("404 is a page for browsers and a problem document for other clients", async (t) => {
	const door = await openDoor();
	t.teardown(() => door.close());
	for (const at of ["/login/nothing", "/@jane/a/b", "/assets/nothing.css", "/healthz/deep", "/nothing/at/all"]) {
		const page = await door.ask("GET", at, { headers: { accept: "text/html,*/*;q=0.8" } });
		t.deepEqual([page.status, page.headers.get("content-type")], [404, "text/html; charset=utf-8"], at);
		t.regex(page.text, /Not found/);
		const problem = await door.ask("GET", at, { headers: { accept: "*/*" } });
		t.deepEqual([problem.status, problem.headers.get("content-type")], [404, "application/problem+json"], at);
	}
	const api = await door.ask("GET", "/api/events/anything", { headers: { accept: "text/html" } });
	t.deepEqual([api.status, api.headers.get("content-type")], [404, "application/problem+json"]);
});
