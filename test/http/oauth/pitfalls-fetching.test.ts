import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type LookupFunction } from "node:net";
import test, { type ExecutionContext } from "ava";
import { systemClock } from "#core/clock.ts";
import { createClientDocuments } from "../../../src/http/oauth/client-documents.ts";
import { guardedFetch } from "../../../src/http/oauth/guarded-fetch.ts";
import { createHttpClient } from "../../../src/outbound/http-client.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { redirectUri, startScene } from "./scene.ts";

/** Listens on every address of this machine and counts connections. */
async function startCanary(t: ExecutionContext): Promise<{ readonly port: number; hits: number }> {
	const canary = { port: 0, hits: 0 };
	const server = createTcpServer((socket) => {
		canary.hits++;
		socket.destroy();
	});
	server.listen(0);
	await once(server, "listening");
	t.teardown(() => server.close());
	canary.port = (server.address() as AddressInfo).port;
	return canary;
}

/** A web server on loopback. */
async function startServer(t: ExecutionContext, answer: RequestListener): Promise<string> {
	const server = createServer(answer);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Ways to write an address that must not be fetched. */
const hosts = [
	"127.0.0.1",
	"127.1",
	"127.255.255.254",
	"2130706433",
	"0x7f000001",
	"0177.0.0.1",
	"0",
	"0.0.0.0",
	"localhost",
	"localhost.",
	"%6c%6fcalhost",
	"127。0。0。1",
	"[::1]",
	"[::]",
	"[::ffff:127.0.0.1]",
	"[::ffff:7f00:1]",
	"[64:ff9b::7f00:1]",
	"[fe80::1]",
	"[fd00::1]",
	"10.0.0.1",
	"172.16.0.1",
	"192.168.0.1",
	"169.254.169.254",
	"100.64.0.1",
];

const production = {
	CAUSEWAY_PUBLIC_URL: "https://social.example",
	CAUSEWAY_LISTEN_BEHIND_PROXY: "true",
	CAUSEWAY_FEDERATION_INSECURE_LOCALHOST: "false",
};
/** Not every machine can look up `localhost.`, and a name that can't be looked up now may be known later. */
const isRefused = (host: string, status: number): boolean =>
	status === 400 || status === 401 || (host === "localhost." && status === 503);
const form = (url: string, fields: Record<string, string>) =>
	fetch(url, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });

test("no endpoint fetches a client document from a loopback or private address, however it is written", async (t) => {
	const canary = await startCanary(t);
	await using provider = await startScene(production);
	for (const host of hosts)
		for (const scheme of ["https", "http"]) {
			const client_id = `${scheme}://${host}:${canary.port}/client.json`;
			const query = new URLSearchParams({ client_id, response_type: "code", redirect_uri: "https://otter.example/cb" });
			const page = await fetch(`${provider.origin}/oauth/authorize?${query.toString()}`, { redirect: "manual" });
			t.true(isRefused(host, page.status), client_id);
			t.is(page.headers.get("location"), null, client_id);
			for (const endpoint of ["token", "device_authorization", "introspect", "revoke"]) {
				const fields = { client_id, token: "x", grant_type: "refresh_token", refresh_token: "x" };
				const answer = await form(`${provider.origin}/oauth/${endpoint}`, fields);
				t.true(isRefused(host, answer.status), `${endpoint} ${client_id}`);
			}
		}
	t.is(canary.hits, 0);
});

test("a client's metadata can't make us fetch keys, a logo or anything else from such an address", async (t) => {
	const canary = await startCanary(t);
	await using provider = await startScene(production);
	for (const host of hosts) {
		const there = `https://${host}:${canary.port}/x`;
		const made = await fetch(`${provider.origin}/oauth/register`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({
				redirect_uris: ["https://otter.example/cb"],
				token_endpoint_auth_method: "private_key_jwt",
				jwks_uri: there,
				logo_uri: there,
				client_uri: there,
				policy_uri: there,
				tos_uri: there,
				sector_identifier_uri: there,
				request_uris: [there],
				initiate_login_uri: there,
				backchannel_logout_uri: there,
			}),
		});
		t.true([201, 400].includes(made.status), host);
		const other = await fetch(`${provider.origin}/oauth/register`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({
				redirect_uris: ["https://otter.example/cb"],
				token_endpoint_auth_method: "private_key_jwt",
				jwks_uri: there,
			}),
		});
		if (other.status === 400) continue;
		const { client_id } = (await other.json()) as { client_id: string };
		const claims = { iss: client_id, sub: client_id, aud: "https://social.example", jti: "1", exp: 4_000_000_000 };
		const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
		const asked = await form(`${provider.origin}/oauth/token`, {
			grant_type: "refresh_token",
			refresh_token: "x",
			client_id,
			client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
			client_assertion: `${part({ alg: "RS256", kid: "k" })}.${part(claims)}.${part("x")}`,
		});
		t.true(isRefused(host, asked.status), `${host}: ${asked.status}`);
	}
	t.is(canary.hits, 0);
});

test("DNS rebinding doesn't reach a loopback or private address", async (t) => {
	const canary = await startCanary(t);
	const answers = ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254"];
	let lookups = 0;
	const lookup: LookupFunction = (_name, _options, callback) => {
		const address = answers[lookups++ % answers.length] as string;
		callback(null, [{ address, family: address.includes(":") ? 6 : 4 }]);
	};
	const http = createHttpClient({ userAgent: "test", lookup, timeoutMs: 20_000 });
	t.teardown(() => http.close());
	const documents = createClientDocuments({ clock: systemClock, logger: silentLogger }, http);
	for (let i = 0; i < 10; i++) {
		const id = `https://rebinding.example:${canary.port}/client-${i}.json`;
		t.true(documents.isDocument(id), "by its name it could be one");
		t.is(await documents.find(id), undefined);
		await t.throwsAsync(async () => guardedFetch(http)(`https://rebinding.example:${canary.port}/keys`, {} as never));
	}
	t.true(lookups >= 20);
	t.is(canary.hits, 0);
});

test("fetching for a client follows no redirects, has limits on time and size, and sends no credentials", async (t) => {
	const canary = await startCanary(t);
	const secrets: string[] = [];
	let sent = 0;
	const host = await startServer(t, (request, response) => {
		const { url = "", headers } = request;
		secrets.push(...["cookie", "authorization", "referer", "origin"].filter((name) => name in headers));
		const type = { "content-type": "application/json" };
		if (url.startsWith("/moved/")) {
			const location = `http://127.0.0.1:${canary.port}/client.json`;
			response.writeHead(Number(url.slice("/moved/".length)), { ...type, location }).end();
		} else if (url === "/announced") {
			response.writeHead(200, { ...type, "content-length": String(1024 ** 3) }).write(Buffer.alloc(4096, 32));
		} else if (url === "/endless") {
			response.writeHead(200, type);
			const more = () => {
				if (response.destroyed) return;
				sent += 16_384;
				response.write(Buffer.alloc(16_384, 32), more);
			};
			more();
		} else if (url === "/slow") {
			response.writeHead(200, type);
			const drip = setInterval(() => response.write(" "), 50);
			response.once("close", () => clearInterval(drip));
		}
		// Other requests are never answered.
	});
	await using provider = await startScene();
	const paths = [301, 302, 303, 307, 308].map((status) => `/moved/${status}`);
	for (const path of [...paths, "/announced", "/endless", "/slow", "/silent"]) {
		const client_id = host + path;
		const query = new URLSearchParams({ client_id, response_type: "code", redirect_uri: redirectUri });
		const page = await fetch(`${provider.origin}/oauth/authorize?${query.toString()}`, { redirect: "manual" });
		// A server that is too slow may be faster later.
		const isSlow = path === "/slow" || path === "/silent";
		t.is(page.status, isSlow ? 503 : 400, path);
		t.regex(await page.text(), isSlow ? /temporarily_unavailable/ : /invalid_client/, path);
	}
	t.is(canary.hits, 0);
	t.deepEqual(secrets, []);
	t.true(sent < 16 * 1024 ** 2, `${sent} bytes were taken`);
});
