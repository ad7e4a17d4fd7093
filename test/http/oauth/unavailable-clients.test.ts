import { generateKeyPairSync, sign } from "node:crypto";
import anyTest, { type TestFn } from "ava";
import type { Running } from "../../support/gateway.ts";
import { type ClientHost, startClientHost } from "./client-host.ts";
import { redirectUri, startScene } from "./scene.ts";

const test = anyTest as TestFn<{ provider: Running; host: ClientHost }>;

test.before(async (t) => {
	t.context.host = await startClientHost();
	t.context.provider = await startScene();
});
test.after.always(async (t) => {
	await t.context.provider?.[Symbol.asyncDispose]();
	await t.context.host?.[Symbol.asyncDispose]();
});

const temporary = [408, 429, 500, 502, 503, 504];
const lasting = [404, 410, 403];
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** The fields by which a client authenticates with a key. */
function assertion(client: string, audience: string): Record<string, string> {
	const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
	const now = Math.floor(Date.now() / 1000);
	const claims = { iss: client, sub: client, aud: audience, jti: String(Math.random()), iat: now, exp: now + 60 };
	const signed = `${part({ alg: "ES256", kid: "k1" })}.${part(claims)}`;
	const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
	return {
		client_id: client,
		client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
		client_assertion: `${signed}.${signature.toString("base64url")}`,
	};
}

/** The fields of a request to each endpoint at which a client authenticates. */
const endpoints = {
	token: { grant_type: "refresh_token", refresh_token: "x" },
	revoke: { token: "x" },
	introspect: { token: "x" },
	device_authorization: { scope: "ofscp" },
} as const;

const post = (url: string, fields: Record<string, string>): Promise<Response> =>
	fetch(url, { method: "POST", body: new URLSearchParams(fields) });
const errorOf = async (response: Response) => ((await response.json()) as { error: string }).error;
/** An address on loopback at which nothing listens. */
const closed = "http://127.0.0.1:1";

for (const [endpoint, fields] of Object.entries(endpoints)) {
	test(`/oauth/${endpoint} answers 503 with Retry-After while a client's document can't be fetched`, async (t) => {
		const { provider, host } = t.context;
		const served = (status: number) => host.serve(`/${endpoint}/document/${status}`, () => ({ status, body: {} }));
		for (const client_id of [...temporary.map(served), `${closed}/${endpoint}`])
			for (const attempt of ["first", "second"]) {
				const answer = await post(`${provider.origin}/oauth/${endpoint}`, { ...fields, client_id });
				t.is(answer.status, 503, `${client_id}, ${attempt}`);
				t.regex(answer.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
				t.is(answer.headers.get("www-authenticate"), null);
				t.is(await errorOf(answer), "temporarily_unavailable");
			}
		for (const client_id of lasting.map(served)) {
			const answer = await post(`${provider.origin}/oauth/${endpoint}`, { ...fields, client_id });
			t.true([400, 401].includes(answer.status), `${client_id}: ${answer.status}`);
		}
	});

	test(`/oauth/${endpoint} answers 503 with Retry-After while a client's keys can't be fetched`, async (t) => {
		const { provider, host } = t.context;
		const ask = (name: string, jwks_uri: string) => {
			const id = host.serve(`/${endpoint}/client/${name}`, (client_id) => ({
				body: {
					client_id,
					redirect_uris: [redirectUri],
					token_endpoint_auth_method: "private_key_jwt",
					token_endpoint_auth_signing_alg: "ES256",
					grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
					jwks_uri,
				},
			}));
			return post(`${provider.origin}/oauth/${endpoint}`, { ...fields, ...assertion(id, provider.origin) });
		};
		const keys = (status: number, body: unknown = {}) =>
			host.serve(`/${endpoint}/keys/${status}`, () => ({ status, body }));
		for (const uri of [...temporary.map((status) => keys(status)), `${closed}/keys`]) {
			const answer = await ask(encodeURIComponent(uri), uri);
			t.is(answer.status, 503, uri);
			t.regex(answer.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
			t.is(await errorOf(answer), "temporarily_unavailable");
		}
		for (const status of lasting) t.is((await ask(`lasting-${status}`, keys(status))).status, 401, String(status));
		const jwk = { ...publicKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: "k1" };
		const accepted = await ask("accepted", keys(200, { keys: [jwk] }));
		t.not(accepted.status, 503);
		if (accepted.status !== 200) t.not(await errorOf(accepted), "invalid_client");
	});
}

test("/oauth/authorize answers 503 with Retry-After while a client's document can't be fetched", async (t) => {
	const { provider, host } = t.context;
	for (const status of temporary) {
		const client_id = host.serve(`/authorize/${status}`, () => ({ status, body: {} }));
		const query = new URLSearchParams({ client_id, response_type: "code", redirect_uri: redirectUri });
		for (const accept of ["text/html", "application/json"]) {
			const at = `${provider.origin}/oauth/authorize?${query.toString()}`;
			const page = await fetch(at, { redirect: "manual", headers: { accept } });
			t.is(page.status, 503, client_id);
			t.regex(page.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
			t.regex(await page.text(), /temporarily_unavailable/);
		}
	}
});
