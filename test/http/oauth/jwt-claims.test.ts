import ava, { type TestFn } from "ava";
import { decodeJwt, importJWK, type JWK, SignJWT } from "jose";
import { signingKeys } from "#core/identity/signing-keys.ts";
import type { Running } from "../../support/gateway.ts";
import { ask, authorize, member, register, startScene } from "./scene.ts";

interface Scene {
	readonly provider: Running;
	/** The claims of a token that was issued for the API. */
	readonly claims: Readonly<Record<string, unknown>>;
}
const test = ava as TestFn<Scene>;

test.before(async (t) => {
	const provider = await startScene();
	await member(provider, "jane");
	const config = await register(provider.origin);
	const { access_token: token } = await authorize(provider.origin, config, "jane", { resource: provider.origin });
	Object.assign(t.context, { provider, claims: decodeJwt(token) });
});
test.after.always((t) => t.context.provider?.[Symbol.asyncDispose]());

interface Header {
	readonly alg?: string;
	readonly typ?: string;
	readonly kid?: string;
}

/** A token with our own signature, in which one thing is different. */
async function signed({ provider, claims }: Scene, change: object, header: Header = {}): Promise<string> {
	const { keys } = await signingKeys(provider.gateway.context);
	const { alg = "RS256", typ = "at+jwt" } = header;
	const key = keys.find((it) => it.alg === alg);
	if (key === undefined) throw new Error(`There is no key for ${alg}`);
	const changed = Object.fromEntries(
		Object.entries({ ...claims, ...change }).filter(([, value]) => value !== undefined),
	);
	return new SignJWT(changed)
		.setProtectedHeader({ alg, typ, kid: header.kid ?? key.kid })
		.sign(await importJWK(key.jwk as JWK, alg));
}

const status = async ({ provider }: Scene, token: string): Promise<number> =>
	(await ask(provider.origin, token)).status;

test("a JWT is accepted for each resource that is the API", async (t) => {
	const { origin } = t.context.provider;
	for (const aud of [origin, `${origin}/`, `${origin}/api`, [origin], ["https://elsewhere.example", `${origin}/api`]])
		t.is(await status(t.context, await signed(t.context, { aud })), 200, JSON.stringify(aud));
});

test("a JWT for any other audience is rejected, though everything else about it is right", async (t) => {
	const { origin, domain } = t.context.provider;
	for (const aud of [
		undefined,
		"",
		[],
		"https://elsewhere.example",
		["https://elsewhere.example"],
		domain,
		`${origin}/oauth`,
		`${origin}/api/`,
		`${origin}/api/me`,
		`${origin}.elsewhere.example`,
		origin.toUpperCase(),
		t.context.claims.client_id,
		t.context.claims.sub,
	])
		t.is(await status(t.context, await signed(t.context, { aud })), 401, JSON.stringify(aud));
});

test("each other claim is required by itself", async (t) => {
	const past = Math.floor(Date.now() / 1000) - 60;
	for (const change of [
		{ iss: undefined },
		{ iss: "https://elsewhere.example" },
		{ exp: undefined },
		{ exp: past },
		{ nbf: past + 3600 },
		{ sub: undefined },
		{ sub: "https://elsewhere.example/users/1" },
		{ client_id: undefined },
		{ sid: undefined },
		{ sid: "another-grant" },
	])
		t.is(await status(t.context, await signed(t.context, change)), 401, JSON.stringify(change));
	const without = await status(t.context, await signed(t.context, { scope: "openid profile" }));
	t.is(without, 403, "the scope of the API");
});

test("each part of the header is required by itself", async (t) => {
	for (const header of [{ typ: "JWT" }, { typ: "" }, { alg: "EdDSA" }, { kid: "another" }])
		t.is(await status(t.context, await signed(t.context, {}, header)), 401, JSON.stringify(header));
});
