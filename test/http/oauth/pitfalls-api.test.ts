import anyTest, { type TestFn } from "ava";
import { addToken } from "#core/identity/tokens.ts";
import { newKeyPair } from "../../support/device.ts";
import { type Ask, type Door, openDoor, type Person } from "../door.ts";

const test = anyTest as TestFn<{ door: Door; jane: Person; bob: Person }>;

test.before(async (t) => {
	const door = await openDoor();
	t.context = { door, jane: await door.person("jane"), bob: await door.person("bob") };
});
test.after.always((t) => t.context.door?.close());

const methods = ["get", "post", "put", "patch", "delete"];

interface OpenApi {
	readonly paths: Record<string, Record<string, { readonly security?: readonly object[] }>>;
}

/** Every operation of the API, with a placeholder for each parameter. */
async function operationsOf(door: Door) {
	const { paths } = (await door.ask("GET", "/api/openapi.json")).body as OpenApi;
	return Object.entries(paths).flatMap(([path, item]) =>
		methods
			.filter((method) => item[method] !== undefined)
			.map((method) => ({
				method: method.toUpperCase(),
				path: path.replaceAll(/\{\w+\}/g, "x"),
				security: item[method]?.security,
			})),
	);
}

test("every operation of the API requires its scope, and every one that acts requires a token", async (t) => {
	const { door, jane } = t.context;
	const operations = await operationsOf(door);
	t.true(operations.length > 50);
	const narrow: string[] = [];
	for (const scopes of [["openid"], ["openid", "profile", "offline_access"], ["OFSCP"], ["ofscp:read"]])
		narrow.push(await addToken(door.context, { account: jane.account.id, scopes, name: "narrow" }));
	const unauthenticated = /^\/api\/auth\/(register|login|recover)/;
	for (const { method, path, security } of operations) {
		const body = method === "GET" || method === "DELETE" ? {} : { body: {} };
		if (security === undefined) {
			t.true(method === "GET" || unauthenticated.test(path), `${method} ${path} acts without authentication`);
			continue;
		}
		for (const token of narrow) {
			const answer = await door.ask(method, path, { token, ...body });
			t.is(answer.status, 403, `${method} ${path}`);
			t.is(answer.body.errorCode, "insufficient_scope", `${method} ${path}`);
			t.regex(answer.headers.get("www-authenticate") ?? "", /error="insufficient_scope"/, `${method} ${path}`);
		}
		const isOpen = security.some((it) => Object.keys(it).length === 0 || "provider" in it);
		if (!isOpen) t.is((await door.ask(method, path, body)).status, 401, `${method} ${path}`);
	}
});

test("a user can't change another user's resources, by their URL or in a body", async (t) => {
	const { door, jane, bob } = t.context;
	const by = (person: Person, method: string, path: string, body?: unknown) =>
		door.ask(method, path, { token: person.token, ...(body === undefined ? {} : { body }) });
	const { group, channel, path } = await door.channel(jane);
	const hidden = await door.channel(jane, {});
	for (const it of [group, hidden.group]) await by(bob, "POST", `/api/groups/${it}/join`);
	const say = async (person: Person, at: string, text: string) =>
		(await by(person, "POST", `${at}/messages`, { type: "memo", content: { text } })).body.id as string;
	const [janes, secret, bobs] = [
		await say(jane, path, "jane's"),
		await say(jane, hidden.path, "hidden"),
		await say(bob, path, "bob's"),
	];
	const heart = `${path}/messages/${janes}/reactions/${encodeURIComponent("❤️")}`;
	await by(jane, "PUT", heart);
	const { publicKey } = newKeyPair();
	const key = await by(jane, "POST", "/api/auth/device-keys", {
		algorithm: "ed25519",
		public_key: publicKey,
		device_name: "x",
	});
	const keys = (await by(jane, "GET", "/api/auth/device-keys")).text;
	const sessions = (await by(jane, "GET", "/api/me/sessions")).body.items as { id: string }[];
	t.true([200, 201].includes(key.status), key.text);
	const keyId = JSON.stringify(key.body).match(/"(?:id|key_id|keyId)":"([^"]+)"/)?.[1] as string;
	t.true(keys.includes(keyId));
	const timeline = `/api/groups/${jane.account.group}/channels/${jane.account.timeline}`;
	const state = async () =>
		Promise.all(
			[
				`/api/groups/${group}`,
				`${path}/messages`,
				`${path}/messages/${janes}/reactions`,
				`${hidden.path}/messages`,
				`${timeline}/messages`,
				`/api/groups/${group}/bridges`,
				"/api/auth/device-keys",
				"/api/me/follows",
				"/api/me/settings",
				"/api/me/privacy",
				"/api/me/profile",
			].map(async (at) => [at, (await by(jane, "GET", at)).text]),
		);
	const before = await state();
	const change = { content: { text: "bob was here" } };
	const refused: [string, string, unknown?][] = [
		["PATCH", `${path}/messages/${janes}`, change],
		["DELETE", `${path}/messages/${janes}`],
		["PATCH", `${hidden.path}/messages/${secret}`, change],
		["DELETE", `${hidden.path}/messages/${secret}`],
		// Through a channel in which bob may post.
		["PATCH", `${path}/messages/${secret}`, change],
		["DELETE", `${path}/messages/${secret}`],
		["GET", `${path}/messages/${secret}`],
		["POST", `${hidden.path}/messages`, { type: "memo", ...change }],
		["POST", `${path}/messages`, { type: "memo", ...change, reference: secret }],
		["POST", `${path}/messages`, { type: "reaction", reference: secret, unicode: "👀" }],
		["PUT", `${path}/messages/${secret}/reactions/x`, {}],
		["POST", `${timeline}/messages`, { type: "memo", ...change }],
		["POST", `/api/groups/${group}/channels`, { name: "mine" }],
		["PUT", `${hidden.path}/members/${bob.account.id}`, {}],
		["DELETE", `${path}/members/${jane.account.id}`],
		["GET", `${hidden.path}/members`],
		["POST", `/api/groups/${group}/bridges`, { bridge: "matrix", channel, room: "#x:example.org" }],
		["DELETE", `/api/auth/device-keys/${keyId}`],
		...sessions.map(({ id }): [string, string] => ["DELETE", `/api/me/sessions/${encodeURIComponent(id)}`]),
	];
	for (const [method, at, body] of refused) {
		const answer = await by(bob, method, at, body);
		t.true([403, 404].includes(answer.status), `${method} ${at}: ${answer.status} ${answer.text}`);
	}
	// Authors and owners in a body are rejected or ignored.
	const mine = { author: jane.address, actor: jane.address, account: jane.account.id, owner: jane.account.id };
	for (const [method, at, body] of [
		["PATCH", `${path}/messages/${bobs}`, { ...change, ...mine, id: janes, channel: hidden.channel }],
		["POST", `${path}/messages`, { type: "memo", ...change, ...mine, id: janes, seq: 1 }],
		["PATCH", "/api/me", { ...mine, id: jane.account.id, handle: "jane", displayName: "Bob" }],
		["PATCH", "/api/me/profile", { ...mine, id: jane.account.id, displayName: "Bob" }],
		["PUT", "/api/me/settings", { settings: { of: "bob" }, ...mine }],
		["DELETE", heart],
	] as const)
		t.true((await by(bob, method, at, body)).status < 500, `${method} ${at}`);
	const own = (await by(jane, "GET", `${path}/messages`)).body.items as {
		id: string;
		author: string;
		content: { text: string };
	}[];
	for (const { author, content } of own) if (content.text === "bob was here") t.is(author, bob.address);
	const text = (states: (readonly string[])[], at: string) => states.find(([path]) => path === at)?.[1];
	const after = await state();
	for (const [at] of before)
		if (at !== `${path}/messages`) t.is(text(after, at as string), text(before, at as string), at);
	t.is((await by(jane, "GET", `${path}/messages/${janes}`)).body.content.text, "jane's");
});

test("a shared cache never gives one user another user's response", async (t) => {
	const { door } = t.context;
	const [jane, bob] = [await door.person("juno"), await door.person("ben")];
	const { path, group } = await door.channel(jane);
	const hidden = await door.channel(jane, {});
	const memo = { type: "memo", content: { text: "x" } };
	const { id } = (await door.ask("POST", `${path}/messages`, { token: jane.token, body: memo })).body;
	await door.ask("POST", `${hidden.path}/messages`, { token: jane.token, body: memo });
	await door.ask("PUT", `${path}/messages/${id}/reactions/x`, { token: jane.token, body: {} });
	await door.ask("PATCH", "/api/me", { token: jane.token, body: { displayName: "Jane" } });

	/** The most permissive conforming cache: it stores everything that it may, and ignores who asks. */
	const stored = new Map<string, Awaited<ReturnType<Door["ask"]>>>();
	async function throughCache(at: string, options: Ask) {
		const kept = stored.get(at);
		const vary = (kept?.headers.get("vary") ?? "").toLowerCase();
		const control = kept?.headers.get("cache-control") ?? "";
		const isFresh = /max-age=[1-9]/.test(control) && !/no-cache/.test(control);
		if (kept !== undefined && isFresh && !vary.includes("authorization")) return kept;
		const etag = kept?.headers.get("etag") ?? undefined;
		const headers = { ...options.headers, ...(etag === undefined ? {} : { "if-none-match": etag }) };
		const answer = await door.ask("GET", at, { ...options, headers });
		if (answer.status === 304 && kept !== undefined) return kept;
		if (!/no-store|private/.test(answer.headers.get("cache-control") ?? "") && answer.status === 200)
			stored.set(at, answer);
		return answer;
	}
	const untimed = (text: string): string => text.replaceAll(/,?"(?:cache_?until|lastUsedAt)":"[^"]+"/gi, "");
	const u = jane.account.handle;
	// An event stream is not cacheable and does not end.
	const isRead = ({ method, path: at }: { method: string; path: string }) =>
		method === "GET" && at !== "/api/events" && !at.includes("/x");
	const operations = (await operationsOf(door)).filter(isRead);
	for (const at of [
		...operations.map(({ path: it }) => it),
		"/",
		"/@juno",
		`/api/groups/${group}`,
		`/api/groups/${group}/channels`,
		`${path}/messages`,
		`${path}/messages/${id}`,
		`${path}/messages/${id}/reactions`,
		`/api/groups/${hidden.group}/channels`,
		`${hidden.path}/messages`,
		`/api/users/${u}/profile`,
		`/api/users/${u}/presence`,
		`/api/users/${u}/groups`,
		`/api/identity/users/${jane.address}`,
		`/.well-known/ofscp/users/${u}/keys`,
	]) {
		const people = [{}, { token: jane.token }, { token: bob.token }, {}, { token: "cwy_none" }, { token: jane.token }];
		for (const [i, options] of people.entries()) {
			const [cached, direct] = [await throughCache(at, options), await door.ask("GET", at, options)];
			const isForAll = /public/.test(direct.headers.get("cache-control") ?? "");
			t.deepEqual([cached.status, untimed(cached.text)], [direct.status, untimed(direct.text)], `${at} ${i}`);
			if ("token" in options && direct.status < 300 && !isForAll)
				t.regex(direct.headers.get("cache-control") ?? "", /private|no-store/, at);
		}
	}
	t.true(stored.size > 5, "the cache stores what it may");
});
