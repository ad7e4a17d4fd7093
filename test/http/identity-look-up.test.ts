import test, { type ExecutionContext } from "ava";
import { type OfscpHome, startHome } from "../peers/ofscp-home.ts";
import { newKeyPair, type Signing, signedHeaders } from "../support/device.ts";
import { type Door, openDoor, type Person } from "./door.ts";

interface Scene {
	readonly door: Door;
	readonly home: OfscpHome;
	readonly jane: Person;
}

const at = "/api/identity/users/jane@social.example";

async function open(t: ExecutionContext, deny: readonly string[] = []): Promise<Scene> {
	const home = await startHome(t);
	const door = await openDoor({ deny });
	t.teardown(() => door.close());
	home.ownKeys.set("psk-1", newKeyPair());
	return { door, home, jane: await door.person("jane") };
}

function asProvider({ home }: Scene, target = at, bent: Partial<Signing> = {}): Record<string, string> {
	const [keyId, key] = [...home.ownKeys][0] as [string, ReturnType<typeof newKeyPair>];
	const signing = {
		as: "provider",
		signer: home.domain,
		keyId,
		key,
		authority: "social.example",
		method: "GET",
		target,
	} as const;
	return signedHeaders({ ...signing, ...bent });
}

test("an unsigned provider name only reveals that a person exists", async (t) => {
	const { door, jane } = await open(t);
	const headers = { "X-OFSCP-Provider": "b.example" };
	const { status, body } = await door.ask("GET", at, { headers });
	t.is(status, 200);
	t.deepEqual(Object.keys(body), ["id", "handle", "home", "domain", "updatedAt"]);
	t.like(body, { id: jane.account.id, handle: "jane", home: "social.example", domain: "social.example" });
	t.is((await door.ask("GET", "/api/identity/users/jane%40social.example", { headers })).status, 200);
	t.is((await door.ask("GET", "/api/identity/users/JANE@Social.Example", { headers })).status, 200);
	for (const name of [jane.account.id, `${jane.account.id}@social.example`])
		t.is((await door.ask("GET", `/api/identity/users/${name}`, { headers })).body.handle, "jane", name);
	t.is((await door.ask("GET", `/api/identity/users/${jane.account.id}@b.example`, { headers })).status, 404);
});

test("an unknown handle, a remote account and a reserved name get the same response", async (t) => {
	const { door } = await open(t);
	const headers = { "X-OFSCP-Provider": "b.example" };
	const bodies = new Set<string>();
	for (const name of ["nobody@social.example", "admin@social.example", "jane@b.example", "jane@social.example:8443"]) {
		const missing = await door.ask("GET", `/api/identity/users/${name}`, { headers });
		t.is(missing.status, 404, name);
		const { instance: _, ...said } = missing.body;
		bodies.add(JSON.stringify(said));
	}
	t.is(bodies.size, 1);
});

test("a request without credentials must name its provider", async (t) => {
	const { door, jane } = await open(t);
	const refused = await door.ask("GET", at);
	t.is(refused.status, 400);
	t.is(refused.body.errors[0].field, "X-OFSCP-Provider");
	for (const name of ["not a domain", "b.example/x", "user@b.example"])
		t.is((await door.ask("GET", at, { headers: { "X-OFSCP-Provider": name } })).status, 400, name);
	const known = await door.ask("GET", at, { token: jane.token });
	t.is(known.status, 200);
	t.is(known.body.displayName, "jane");
	t.is((await door.ask("GET", at, { token: "cwy_wrong" })).status, 401);
});

test("a provider that signs its request also gets the display name and avatar", async (t) => {
	const scene = await open(t);
	const answer = await scene.door.ask("GET", at, { headers: asProvider(scene) });
	t.is(answer.status, 200, answer.text);
	t.is(answer.body.displayName, "jane");
	await scene.door.ask("GET", at, { headers: asProvider(scene) });
	t.is(scene.home.asked.length, 1, "its keys are remembered");
	const etag = answer.headers.get("etag") ?? "";
	t.is((await scene.door.ask("GET", at, { headers: { ...asProvider(scene), "If-None-Match": etag } })).status, 304);
	t.is(
		(await scene.door.ask("GET", at, { headers: { "X-OFSCP-Provider": "b.example", "If-None-Match": etag } })).status,
		200,
	);
});

test("an invalid provider signature is rejected, not treated as absent", async (t) => {
	const scene = await open(t);
	const { door, jane } = scene;
	const forged = await door.ask("GET", at, { headers: asProvider(scene, at, { key: newKeyPair() }) });
	t.is(forged.status, 401);
	t.is((await door.ask("GET", at, { headers: asProvider(scene, `${at}?x=1`) })).status, 401);
	const headers = asProvider(scene);
	t.is((await door.ask("GET", at, { headers })).status, 200);
	t.is((await door.ask("GET", at, { headers })).body.errorCode, "nonce_reused");
	t.is((await door.ask("GET", at, { headers: asProvider(scene), token: jane.token })).status, 400);
	t.is(
		(await door.ask("GET", at, { headers: { ...asProvider(scene), "X-OFSCP-Provider": "social.example" } })).status,
		401,
	);
	const other = await startHome(t);
	other.away = true;
	const stranger = { signer: other.domain, keyId: "psk-2", key: newKeyPair() };
	const away = asProvider(scene, at, stranger);
	t.is((await door.ask("GET", at, { headers: away })).body.errorCode, "actor_keys_unavailable");
});

test("a provider's signature is rejected on all other routes", async (t) => {
	const scene = await open(t);
	t.is((await scene.door.ask("GET", "/api/me", { headers: asProvider(scene, "/api/me") })).status, 401);
});

test("a denied provider is rejected, signed or not", async (t) => {
	const scene = await open(t, ["127.0.0.1", "b.example"]);
	const unsigned = await scene.door.ask("GET", at, { headers: { "X-OFSCP-Provider": "b.example" } });
	t.is(unsigned.status, 403);
	t.is(unsigned.body.errorCode, "provider_denied");
	t.is((await scene.door.ask("GET", at, { headers: asProvider(scene) })).status, 403);
	t.is(scene.home.asked.length, 0);
});
