import test, { type ExecutionContext } from "ava";
import { accountByRemote } from "#core/accounts/find-account.ts";
import { bridgeName } from "#core/ids.ts";
import { type OfscpHome, startHome } from "../peers/ofscp-home.ts";
import { listenTo } from "../realtime/event-client.ts";
import { newKeyPair, signedHeaders } from "../support/device.ts";
import { until } from "../support/wait.ts";
import { type Ask, type Door, type DoorOptions, openDoor, type Reply } from "./door.ts";

interface Scene {
	readonly door: Door;
	readonly home: OfscpHome;
	/** A request that sam of the other provider signs. */
	sam(method: string, target: string, ask?: Ask): Promise<Reply>;
}

async function open(t: ExecutionContext, options: (home: OfscpHome) => DoorOptions = () => ({})): Promise<Scene> {
	const home = await startHome(t);
	const door = await openDoor(options(home));
	t.teardown(() => door.close());
	home.resident("sam");
	return { door, home, sam: (method, target, ask) => by(door, home, "sam", method, target, ask) };
}

function by(door: Door, home: OfscpHome, handle: string, method: string, target: string, { body, ...rest }: Ask = {}) {
	const [keyId, key] = [...(home.residents.get(handle)?.keys ?? [])].at(-1) ?? ["dk_none", newKeyPair()];
	const raw = body === undefined ? undefined : JSON.stringify(body);
	const headers = signedHeaders({
		signer: `${handle}@${home.domain}`,
		keyId,
		key,
		authority: "social.example",
		method,
		target,
		...(raw === undefined ? {} : { body: raw }),
	});
	return door.ask(method, target, {
		...rest,
		...(raw === undefined ? {} : { raw }),
		headers: { ...headers, ...rest.headers },
	});
}

const keysPath = "/.well-known/ofscp/users/sam/keys";
const memo = { type: "memo", content: { text: "From afar" } };

test("a person of another provider joins an open channel, reads, posts, reacts and leaves", async (t) => {
	const { door, home, sam } = await open(t);
	const jane = await door.person("jane");
	const { path, channel } = await door.channel(jane);
	const early = await sam("POST", `${path}/messages`, { body: memo });
	t.is(early.status, 403);
	t.is(early.body.errorCode, "not_joined");

	const joined = await sam("POST", `${path}/join`);
	t.is(joined.status, 201, joined.text);
	t.is(joined.body.user ?? joined.body.account, `sam@${home.domain}`);
	t.is((await sam("POST", `${path}/join`)).status, 200);
	const posted = await sam("POST", `${path}/messages`, { body: memo });
	t.is(posted.status, 201, posted.text);
	t.is(posted.body.author, `sam@${home.domain}`);
	const reaction = `${path}/messages/${posted.body.id}/reactions/${encodeURIComponent("👍")}`;
	t.is((await sam("PUT", reaction, { body: {} })).status, 201);
	const { items } = (await door.ask("GET", `${path}/messages`, { token: jane.token })).body;
	t.like(items[0], { id: posted.body.id, author: `sam@${home.domain}` });

	const target = `/api/events?channels=${channel}`;
	const [keyId, key] = [...(home.residents.get("sam")?.keys ?? [])][0] as [string, ReturnType<typeof newKeyPair>];
	const signing = { signer: `sam@${home.domain}`, keyId, key, authority: "social.example", method: "GET", target };
	const stream = await listenTo(door.url + target, undefined, signedHeaders(signing));
	t.is(stream.status, 200);
	await door.ask("POST", `${path}/messages`, { token: jane.token, body: memo });
	const [told] = await stream.atLeast(1);
	t.is(told?.data.message.author, jane.address);
	stream.kill();

	t.is((await sam("DELETE", `${path}/messages/${posted.body.id}`)).status, 204);
	t.is((await sam("POST", `${path}/leave`)).status, 204);
	t.is((await sam("POST", `${path}/messages`, { body: memo })).status, 403);
});

test("joining follows the group's policy, and channels that are not open get 404", async (t) => {
	const { door, sam } = await open(t);
	const jane = await door.person("jane");
	const group = async (joinPolicy: string, tier: string) => {
		const { id } = (await door.ask("POST", "/api/groups", { token: jane.token, body: { name: "G", joinPolicy } })).body;
		const made = await door.ask("POST", `/api/groups/${id}/channels`, { token: jane.token, body: { name: "c", tier } });
		return `/api/groups/${id}/channels/${made.body.id}`;
	};
	t.is((await sam("POST", `${await group("approval", "public")}/join`)).status, 202);
	t.is((await sam("POST", `${await group("invite", "discoverable")}/join`)).status, 403);
	for (const tier of ["private", "group"]) {
		const path = await group("open", tier);
		const refused = await sam("POST", `${path}/join`);
		t.is(refused.status, 404, tier);
		const missing = await sam("POST", path.replace(/.{6}$/, "000000").concat("/join"));
		t.is(refused.body.detail, missing.body.detail);
		t.is((await sam("GET", `${path}/messages`)).status, 404, tier);
	}
});

test("membership in a group gives remote people no access to channels that are not federated", async (t) => {
	const { door, sam } = await open(t);
	const jane = await door.person("jane");
	const { group, path } = await door.channel(jane);
	const made = await door.ask("POST", `/api/groups/${group}/channels`, {
		token: jane.token,
		body: { name: "inner", tier: "group" },
	});
	t.is((await sam("POST", `${path}/join`)).status, 201);
	t.is((await sam("GET", `/api/groups/${group}/channels/${made.body.id}/messages`)).status, 404);
	const { items } = (await sam("GET", `/api/groups/${group}/channels`)).body;
	t.is(items.length, 1);
});

test("a person of another provider joins a group, leaves it with all its channels, and joins again as a member", async (t) => {
	const { door, home, sam } = await open(t);
	const jane = await door.person("jane");
	const { group, path } = await door.channel(jane);
	const inner = await door.ask("POST", `/api/groups/${group}/channels`, {
		token: jane.token,
		body: { name: "inner", tier: "members" },
	});
	const closed = `/api/groups/${group}/channels/${inner.body.id}`;
	t.is((await sam("POST", `/api/groups/${group}/join`)).status, 201);
	t.is((await sam("POST", `${path}/join`)).status, 201);
	t.is((await sam("GET", `${closed}/messages`)).status, 200);
	for (const end of [
		() => sam("POST", `/api/groups/${group}/leave`),
		() => door.ask("DELETE", `/api/groups/${group}/members/sam@${home.domain}`, { token: jane.token }),
	]) {
		t.is((await end()).status, 204);
		t.is((await sam("GET", `${closed}/messages`)).status, 404);
		t.is((await sam("POST", `${path}/messages`, { body: memo })).body.errorCode, "not_joined");
		const members = await door.ask("GET", `${path}/members`, { token: jane.token });
		t.deepEqual(
			members.body.items.map(({ user }: { user: string }) => user),
			[jane.address],
		);
		t.like((await sam("POST", `${path}/join`)).body, { role: "member", state: "joined" });
		t.is((await sam("POST", `${path}/messages`, { body: memo })).status, 201);
		t.is((await sam("GET", `${closed}/messages`)).status, 200);
	}
});

test("routes for local accounts reject remote people", async (t) => {
	const { sam } = await open(t);
	for (const [method, at] of [
		["GET", "/api/me"],
		["GET", "/api/me/timeline"],
		["POST", "/api/groups"],
		["POST", "/api/me/follows"],
		["POST", "/api/auth/device-keys"],
		["GET", "/api/auth/device-keys"],
	] as const) {
		const refused = await sam(method, at, method === "POST" ? { body: {} } : {});
		t.is(refused.status, 403, at);
		t.is(refused.body.errorCode, "home_only", at);
	}
});

test("a local account with the same handle is a different person", async (t) => {
	const { door, home, sam } = await open(t);
	const ours = await door.person("sam");
	const jane = await door.person("jane");
	const { path } = await door.channel(jane);
	await sam("POST", `${path}/join`);
	const posted = await sam("POST", `${path}/messages`, { body: memo });
	t.is(posted.body.author, `sam@${home.domain}`);
	t.is((await door.ask("DELETE", `${path}/messages/${posted.body.id}`, { token: ours.token })).status, 403);
	const shadow = await accountByRemote(door.context, bridgeName("ofscp"), `usr_sam@${home.domain}`);
	t.truthy(shadow);
	t.not(shadow?.id, ours.account.id);
});

test("a new owner of a released handle is a different person", async (t) => {
	const clock = { time: Date.now(), now: () => clock.time };
	const { door, home, sam } = await open(t, () => ({ clock }));
	const jane = await door.person("jane");
	const { path } = await door.channel(jane);
	await sam("POST", `${path}/join`);
	const posted = await sam("POST", `${path}/messages`, { body: memo });
	const next = home.resident("sam", "dk_next");
	Object.assign(next, { id: "usr_other", updatedAt: "2026-02-01T00:00:00.000Z" });
	// Keys and profiles are cached for an hour.
	clock.time += 3_600_001;
	const headers = signedNow(home, clock.time, "DELETE", `${path}/messages/${posted.body.id}`);
	t.is((await door.ask("DELETE", `${path}/messages/${posted.body.id}`, { headers })).status, 403);
});

function signedNow(home: OfscpHome, now: number, method: string, target: string): Record<string, string> {
	const [keyId, key] = [...(home.residents.get("sam")?.keys ?? [])].at(-1) as [string, ReturnType<typeof newKeyPair>];
	const timestamp = `${new Date(now).toISOString().slice(0, 19)}Z`;
	return signedHeaders({
		signer: `sam@${home.domain}`,
		keyId,
		key,
		authority: "social.example",
		method,
		target,
		timestamp,
	});
}

test("keys and profile are fetched once from the home provider, the profile by a signed request", async (t) => {
	const { door, home, sam } = await open(t);
	const jane = await door.person("jane");
	const { path } = await door.channel(jane);
	await Promise.all([1, 2, 3, 4].map(() => sam("GET", `${path}/messages`)));
	await sam("POST", `${path}/join`);
	t.is(home.count(keysPath), 1);
	t.is(home.count("/api/identity/"), 1);
	const asked = home.asked.find((one) => one.path.startsWith("/api/identity/"));
	t.is(asked?.headers["x-ofscp-provider"], "social.example");
	t.truthy(asked?.headers["x-ofscp-signature"]);
});

test("an invalid signature makes us fetch the keys again, at most once a minute", async (t) => {
	const clock = { time: Date.now(), now: () => clock.time };
	const { door, home, sam } = await open(t, () => ({ clock }));
	const { path } = await door.channel(await door.person("jane"));
	t.is((await sam("GET", `${path}/messages`)).status, 200);

	// A new device: its key is not known yet.
	home.residents.get("sam")?.keys.set("dk_new", newKeyPair());
	t.is((await sam("GET", `${path}/messages`)).status, 200);
	t.is(home.count(keysPath), 2);

	const forged = () => {
		const headers = signedHeaders({
			signer: `sam@${home.domain}`,
			keyId: "dk_forged",
			key: newKeyPair(),
			authority: "social.example",
			method: "GET",
			target: "/api/me",
			timestamp: `${new Date(clock.time).toISOString().slice(0, 19)}Z`,
		});
		return door.ask("GET", "/api/me", { headers });
	};
	for (let i = 0; i < 4; i++) t.is((await forged()).status, 401);
	t.is(home.count(keysPath), 3);
	clock.time += 61_000;
	t.is((await forged()).status, 401);
	t.is(home.count(keysPath), 4);
});

test("invented key ids make us fetch keys at most five times a minute", async (t) => {
	const { door, home } = await open(t);
	for (let i = 0; i < 12; i++) {
		const signing = {
			keyId: `dk_${i}`,
			key: newKeyPair(),
			authority: "social.example",
			method: "GET",
			target: "/api/me",
		};
		await door.ask("GET", "/api/me", { headers: signedHeaders({ signer: `sam@${home.domain}`, ...signing }) });
	}
	t.true(home.count(keysPath) <= 5, String(home.count(keysPath)));
});

test("a key that the home provider has revoked is rejected from the next fetch on", async (t) => {
	const { door, home, sam } = await open(t);
	const { path } = await door.channel(await door.person("jane"));
	home.cacheMs = -1;
	t.is((await sam("GET", `${path}/messages`)).status, 200);
	const [revoked] = [...(home.residents.get("sam")?.keys ?? [])];
	const headers = signedNow(home, Date.now(), "GET", `${path}/messages`);
	home.residents.get("sam")?.keys.delete(revoked?.[0] ?? "");
	const refused = await door.ask("GET", `${path}/messages`, { headers });
	t.is(refused.status, 401);
	t.is(refused.body.errorCode, "signature_invalid");
});

test("a stream ends when the home provider no longer lists its key", async (t) => {
	const { door, home, sam } = await open(t);
	const jane = await door.person("jane");
	const { path, channel } = await door.channel(jane);
	const target = `/api/events?channels=${channel}`;
	const stream = await listenTo(door.url + target, undefined, signedNow(home, Date.now(), "GET", target));
	t.is(stream.status, 200);
	const keys = home.residents.get("sam")?.keys;
	keys?.clear();
	keys?.set("dk_new", newKeyPair());
	t.is((await sam("GET", `${path}/messages`)).status, 200, "the home provider was asked again");
	await door.ask("POST", `${path}/messages`, { token: jane.token, body: memo });
	await until("the stream ends", () => stream.ended);
	t.is(stream.events.length, 0);
});

test("people are rejected while their home provider is unreachable, and accepted when it is back", async (t) => {
	const { door, home, sam } = await open(t);
	const { path } = await door.channel(await door.person("jane"));
	home.away = true;
	const refused = await sam("GET", `${path}/messages`);
	t.is(refused.status, 503);
	t.is(refused.body.errorCode, "actor_keys_unavailable");
	home.away = false;
	home.instead.set(keysPath, { status: 503 });
	t.is((await sam("GET", `${path}/messages`)).body.errorCode, "actor_keys_unavailable");
	home.instead.delete(keysPath);
	t.is((await sam("GET", `${path}/messages`)).status, 200);
});

test("a response about a different person is rejected", async (t) => {
	const { door, home, sam } = await open(t);
	const { path } = await door.channel(await door.person("jane"));
	const { publicKey } = [...(home.residents.get("sam")?.keys.values() ?? [])][0] as ReturnType<typeof newKeyPair>;
	const keys = [{ key_id: "dk_sam", algorithm: "Ed25519", public_key: publicKey }];
	home.instead.set(keysPath, { status: 200, body: { actor: "sam@elsewhere.example", keys } });
	t.is((await sam("GET", `${path}/messages`)).status, 401);
	for (const body of [[], { keys }, { actor: 7, keys: "all" }, { actor: `sam@${home.domain}`, keys: [null, 3, {}] }]) {
		const other = await startHome(t);
		other.resident("sam");
		other.instead.set(keysPath, { status: 200, body });
		t.is((await by(door, other, "sam", "GET", `${path}/messages`)).status, 401);
	}
});

test("people of a denied provider are rejected without any request to it", async (t) => {
	const { door, home, sam } = await open(t, ({ domain }) => ({ deny: [domain] }));
	const { path } = await door.channel(await door.person("jane"));
	const refused = await sam("POST", `${path}/join`);
	t.is(refused.status, 403);
	t.is(refused.body.errorCode, "provider_denied");
	t.is(home.asked.length, 0);
});

test("people are accepted by their keys if their home provider doesn't publish profiles", async (t) => {
	const { door, home, sam } = await open(t);
	const { path } = await door.channel(await door.person("jane"));
	home.instead.set(`/api/identity/users/sam@${home.domain}`, { status: 404 });
	t.is((await sam("POST", `${path}/join`)).status, 201);
	t.truthy(await accountByRemote(door.context, bridgeName("ofscp"), `sam@${home.domain}@${home.domain}`));
});

test("profile changes at the home provider are imported with the next fetch", async (t) => {
	const clock = { time: Date.now(), now: () => clock.time };
	const { door, home } = await open(t, () => ({ clock }));
	const { path } = await door.channel(await door.person("jane"));
	const join = () => door.ask("POST", `${path}/join`, { headers: signedNow(home, clock.time, "POST", `${path}/join`) });
	const shadow = () => accountByRemote(door.context, bridgeName("ofscp"), `usr_sam@${home.domain}`);
	t.is((await join()).status, 201);
	t.is((await shadow())?.profile.displayName, "SAM");
	const updatedAt = new Date(clock.time).toISOString();
	Object.assign(home.residents.get("sam") ?? {}, { displayName: "Samuel", updatedAt });
	t.is((await join()).status, 200);
	t.is((await shadow())?.profile.displayName, "SAM");
	clock.time += 3_600_001;
	t.is((await join()).status, 200);
	t.is((await shadow())?.profile.displayName, "Samuel");
});

test("look-ups at other providers are limited per client address", async (t) => {
	const { door, home } = await open(t, () => ({ limits: { lookup: { points: 3, seconds: 60 } } }));
	const statuses: number[] = [];
	for (let i = 0; i < 6; i++) statuses.push((await by(door, home, `nobody${i}`, "GET", "/api/me")).status);
	t.deepEqual(statuses, [401, 401, 401, 429, 429, 429]);
	t.is(home.asked.length, 3);
});
