import test from "ava";
import { freePort } from "../support/free-port.ts";
import { startGateway } from "../support/gateway.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { openDoor } from "./door.ts";

const token = "a-token-for-prometheus";
const bearer = { authorization: `Bearer ${token}` };

const valueOf = (text: string, name: string): number => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);

test("with a token, metrics are served only to those who send it", async (t) => {
	const door = await openDoor({ metricsAccess: { token } });
	t.teardown(() => door.close());
	const read = await door.ask("GET", "/metrics", { headers: bearer });
	t.is(read.status, 200);
	t.regex(read.text, /process_cpu_seconds_total/);
	t.is(read.headers.get("cache-control"), "no-store");
	for (const authorization of ["", "Bearer", `Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Basic ${token}`, token]) {
		const answer = await door.ask("GET", "/metrics", { headers: { authorization } });
		t.is(answer.status, 401, authorization);
		t.notRegex(answer.text, /causeway_|process_/);
	}
	t.is((await door.ask("GET", `/metrics?token=${token}`)).status, 401, "never in a URL");
	t.is((await door.ask("HEAD", "/metrics")).status, 401);
	const jane = await door.person("jane");
	t.is((await door.ask("GET", "/metrics", { token: jane.token })).status, 401, "an account's token is another thing");
});

test("guessing the token of the metrics is limited by address", async (t) => {
	const door = await openDoor({ metricsAccess: { token }, limits: { auth: { points: 3, seconds: 60 } } });
	t.teardown(() => door.close());
	const guess = async () => (await door.ask("GET", "/metrics", { headers: { authorization: "Bearer guess" } })).status;
	t.deepEqual([await guess(), await guess(), await guess(), await guess()], [401, 401, 401, 429]);
});

test("without a way to read them, metrics do not exist", async (t) => {
	const door = await openDoor({ metricsAccess: "closed" });
	t.teardown(() => door.close());
	for (const method of ["GET", "HEAD", "POST"]) t.is((await door.ask(method, "/metrics")).status, 404, method);
	t.is((await door.ask("GET", "/healthz")).status, 200);
});

for (const [name, env] of [
	["behind a proxy", { CAUSEWAY_LISTEN_BEHIND_PROXY: "true" }],
	["that listens on every address", { CAUSEWAY_LISTEN_HOST: "0.0.0.0" }],
	[
		"with a public address",
		{ CAUSEWAY_PUBLIC_URL: "https://social.example", CAUSEWAY_FEDERATION_INSECURE_LOCALHOST: "false" },
	],
] as const)
	test(`an instance ${name} serves no metrics by default`, async (t) => {
		await using running = await startGateway(await temporaryFolder(t), env);
		t.is((await fetch(`${running.origin}/metrics`)).status, 404);
	});

test("an instance on this machine only serves metrics, which were collected from the start", async (t) => {
	await using running = await startGateway(await temporaryFolder(t));
	await fetch(`${running.origin}/api/tiers`);
	const text = await (await fetch(`${running.origin}/metrics`)).text();
	for (const unit of ["rows", "bytes"]) t.is(valueOf(text, `causeway_parked_${unit}`), 0);
	t.regex(text, /causeway_http_request_duration_seconds_count\{route="GET \/api\/tiers",method="GET",status="200"\} 1/);
	const { user, system } = process.cpuUsage();
	const counted = valueOf(text, "process_cpu_seconds_total");
	t.true(counted > 0.5 * ((user + system) / 1e6), "the time before the first scrape belongs to it");
});

test("metrics can have a listener of their own, which serves nothing else", async (t) => {
	const port = await freePort();
	await using running = await startGateway(await temporaryFolder(t), {
		CAUSEWAY_METRICS_PORT: String(port),
		CAUSEWAY_LISTEN_BEHIND_PROXY: "true",
	});
	await running.person("jane");
	const at = `http://127.0.0.1:${port}`;
	t.regex(await (await fetch(`${at}/metrics`)).text(), /process_cpu_seconds_total/);
	t.is((await fetch(`${at}/readyz`)).status, 200);
	for (const path of ["/", "/@jane", "/api/tiers", "/.well-known/nodeinfo", "/metrics/x", "/healthz/"])
		t.is((await fetch(at + path)).status, 404, path);
	t.is((await fetch(`${at}/metrics`, { method: "POST" })).status, 405);
	t.is((await fetch(`${running.origin}/metrics`)).status, 404, "not on the public port");
});

test("with a token, the listener of the metrics needs it, too", async (t) => {
	const port = await freePort();
	await using running = await startGateway(await temporaryFolder(t), {
		CAUSEWAY_METRICS_PORT: String(port),
		CAUSEWAY_METRICS_TOKEN: token,
	});
	for (const origin of [running.origin, `http://127.0.0.1:${port}`]) {
		t.is((await fetch(`${origin}/metrics`)).status, 401, origin);
		t.is((await fetch(`${origin}/metrics`, { headers: bearer })).status, 200, origin);
	}
});
