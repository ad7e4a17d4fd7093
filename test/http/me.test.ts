import test from "ava";
import { setPassword } from "#core/identity/credentials.ts";
import { type Door, openDoor, type Person } from "./door.ts";

const password = "a quiet harbour";
let door: Door;
let jane: Person;
let bob: Person;
test.before(async () => {
	door = await openDoor();
	jane = await door.person("jane");
	bob = await door.person("bob");
	for (const { account } of [jane, bob]) await setPassword(door.context, account.id, password);
});
test.after.always(() => door.close());

const get = async (at: string, token?: string) => (await door.ask("GET", at, { token })).body;
const change = (body: object, headers = {}) => door.ask("PATCH", "/api/me", { token: jane.token, body, headers });
const problem = (answer: { status: number; body: { errorCode: string; errors?: { field: string }[] } }) => [
	answer.status,
	answer.body.errorCode,
	...(answer.body.errors ?? []).map(({ field }) => field),
];

test.serial("a change can be read back, and updatedAt increases only with actual changes", async (t) => {
	let last = (await get("/api/me", jane.token)).updatedAt;
	for (const body of [
		{ displayName: " Jane D. " },
		{ bio: "Boats & tea.\nMostly tea." },
		{ avatar: "https://cdn.example/jane.png" },
		{ locked: true },
		{ locked: false },
		{ avatar: null },
		{ email: "jane@mail.example", password },
		{ email: null, password },
		{ settings: { theme: "dark", "list.size": 3 } },
	]) {
		const answer = await change(body);
		t.is(answer.status, 200);
		t.true(answer.body.updatedAt > last, JSON.stringify(body));
		t.deepEqual(answer.body, await get("/api/me", jane.token));
		last = answer.body.updatedAt;
		t.is((await change(body)).body.updatedAt === last, !("settings" in body));
		last = (await get("/api/me", jane.token)).updatedAt;
	}
	const me = await get("/api/me", jane.token);
	t.like(me, { displayName: "Jane D.", bio: "Boats & tea.\nMostly tea.", locked: false, notificationEndpoints: [] });
	t.deepEqual(me.settings, { theme: "dark", "list.size": 3 });
	t.false("avatar" in me || "email" in me);
	t.deepEqual((await change({ settings: { theme: null, x: 1 } })).body.settings, { "list.size": 3, x: 1 });
});

test.serial("concurrent changes of different fields are both applied", async (t) => {
	const answers = await Promise.all([
		change({ displayName: "Jane" }),
		change({ bio: "Tea." }),
		change({ locked: true }),
	]);
	t.deepEqual(
		answers.map(({ status }) => status),
		[200, 200, 200],
	);
	t.like(await get("/api/me", jane.token), { displayName: "Jane", bio: "Tea.", locked: true });
	t.is((await get(`/api/groups/${jane.account.group}`)).joinPolicy, "approval");
	await change({ locked: false });
});

test.serial("a change with If-Match is applied only to that version", async (t) => {
	const { headers } = await door.ask("GET", "/api/me", { token: jane.token });
	const etag = headers.get("etag") as string;
	t.is((await change({ bio: "One." }, { "if-match": etag })).status, 200);
	t.deepEqual(problem(await change({ bio: "Two." }, { "if-match": etag })), [412, "precondition_failed"]);
	t.is((await get("/api/me", jane.token)).bio, "One.");
	t.is((await change({ bio: "Three." }, { "if-match": `"other", *` })).status, 412);
	t.is((await change({ bio: "Three." }, { "if-match": "*" })).status, 200);
});

test.serial("an invalid field is named, and nothing of the request is applied", async (t) => {
	await door.ask("PATCH", "/api/me", { token: bob.token, body: { email: "bob@mail.example", password } });
	const before = await get("/api/me", jane.token);
	for (const [body, ...expected] of [
		[{ displayName: "" }, 400, "/displayName"],
		[{ displayName: "x".repeat(101) }, 400, "/displayName"],
		[{ displayName: 5 }, 400, "/displayName"],
		[{ displayName: "Jane\nAdmin", bio: "lost?" }, 400, "/displayName"],
		[{ displayName: "Jane\0", email: "j@mail.example" }, 400, "/displayName"],
		[{ presence: { availability: "online", status: "a\u0007b" }, bio: "lost?" }, 400, "/presence/status"],
		[{ bio: "x".repeat(5001) }, 400, "/bio"],
		[{ avatar: "http://cdn.example/a.png" }, 400, "/avatar"],
		[{ avatar: "javascript:alert(1)" }, 400, "/avatar"],
		[{ avatar: "https://me:secret@cdn.example/" }, 400, "/avatar"],
		[{ email: "nobody", bio: "lost?" }, 400, "/email"],
		[{ email: "new@mail.example", bio: "lost?" }, 400, "/password"],
		[{ email: "new@mail.example", bio: "lost?", password: "wrong password" }, 403],
		[{ settings: [1], bio: "lost?" }, 400, "/settings"],
		[{ settings: { a: "x".repeat(17_000) }, bio: "lost?", email: "j@mail.example" }, 400, "/settings"],
		[{ avatar: "ftp://x/", email: "j@mail.example" }, 400, "/avatar"],
		[{ presence: { availability: "asleep" }, bio: "lost?" }, 400, "/presence/availability"],
		[{ locked: "yes" }, 400, "/locked"],
	] as const) {
		const [status, , ...fields] = problem(await change(body));
		t.deepEqual([status, ...fields], expected, JSON.stringify(body).slice(0, 80));
	}
	t.deepEqual(await get("/api/me", jane.token), before);
});

test.serial("presence, privacy and settings are set and read back", async (t) => {
	const put = (at: string, body: object) => door.ask("PUT", at, { token: jane.token, body });
	t.deepEqual(
		(await put("/api/me/presence", { availability: "dnd", status: "at sea" })).body,
		await get("/api/me/presence", jane.token),
	);
	t.like((await get("/api/me", jane.token)).presence, { availability: "dnd", status: "at sea" });
	t.deepEqual((await put("/api/me/settings", { theme: "light" })).body, { theme: "light" });
	t.deepEqual(await get("/api/me/settings", jane.token), { theme: "light" });
	t.deepEqual((await put("/api/me/privacy", { groups: "public" })).body, { presence: "members", groups: "public" });
	t.deepEqual(await get("/api/me/privacy", jane.token), { presence: "members", groups: "public" });
	for (const [at, body] of [
		["presence", { availability: "here" }],
		["presence", { status: "at sea" }],
		["privacy", { groups: "friends" }],
		["settings", "text"],
	] as const)
		t.is((await put(`/api/me/${at}`, body as object)).status, 400, at);
	for (const at of ["", "/presence", "/privacy", "/settings", "/sessions"])
		t.is((await door.ask("GET", `/api/me${at}`)).status, 401, at);
});

test.serial("other people see of a profile what its privacy settings allow", async (t) => {
	const place = await door.channel(jane, { tier: "private" });
	const open = await door.channel(jane, { tier: "discoverable" });
	const put = (at: string, body: object) => door.ask("PUT", at, { token: jane.token, body });
	await put("/api/me/presence", { availability: "online", status: "at sea" });
	const seen = async (token?: string) => [
		(await get("/api/users/jane/presence", token)).availability,
		(await get(`/api/users/${encodeURIComponent(jane.address)}/groups`, token)).items.length,
	];
	for (const [audience, forBob, forNobody] of [
		["public", ["online", true], ["online", true]],
		["members", ["online", true], ["offline", false]],
		["nobody", ["offline", false], ["offline", false]],
	] as const) {
		await put("/api/me/privacy", { presence: audience, groups: audience });
		const [asBob, asNobody] = [await seen(bob.token), await seen()];
		t.deepEqual([asBob[0], asBob[1] > 0], forBob, audience);
		t.deepEqual([asNobody[0], asNobody[1] > 0], forNobody, audience);
		t.is((await seen(jane.token))[0], "online");
	}
	await put("/api/me/privacy", { presence: "members", groups: "public" });
	const listed = (await get("/api/users/jane/groups")).items;
	t.true(listed.includes(`${door.context.origin}/api/groups/${open.group}`));
	t.false(listed.includes(`${door.context.origin}/api/groups/${place.group}`), "a group hidden from the caller");
	t.like(await get("/api/users/jane/profile"), { handle: "jane", home: "social.example" });
	for (const at of ["profile", "presence", "groups"])
		t.is((await door.ask("GET", `/api/users/nobody/${at}`)).status, 404, at);
});

test.serial("the public profile can be read and changed on its own", async (t) => {
	const answer = await door.ask("PATCH", "/api/me/profile", {
		token: jane.token,
		body: { bio: "Tea again.", email: "x" },
	});
	t.like(answer.body, { bio: "Tea again." });
	t.deepEqual(answer.body, await get("/api/me/profile", jane.token));
	t.deepEqual(answer.body, await get("/api/users/jane/profile", bob.token));
	t.is((await get("/api/me", jane.token)).email, undefined);
	t.is((await door.ask("PATCH", "/api/me/profile", { token: jane.token, body: { bio: 5 } })).status, 400);
});

test.serial("private data appears in no response to other people", async (t) => {
	const hidden = { email: "only-mine@mail.example", password, settings: { secret: "only-mine-setting" } };
	await change({ ...hidden, presence: { availability: "away", status: "only-mine-status" } });
	await door.ask("PUT", "/api/me/privacy", { token: jane.token, body: { presence: "nobody", groups: "nobody" } });
	const { text: own } = await door.ask("GET", "/api/me", { token: jane.token });
	for (const mark of ["only-mine@mail", "only-mine-setting", "only-mine-status"]) t.true(own.includes(mark));
	const open = await door.channel(jane, { tier: "discoverable" });
	const memo = { type: "memo", content: { text: "hello" } };
	await door.ask("POST", `${open.path}/messages`, { token: jane.token, body: memo });
	const timeline = `/api/groups/${jane.account.group}/channels/${jane.account.timeline}`;
	await door.ask("POST", `${timeline}/messages`, { token: jane.token, body: memo });
	await door.ask("POST", "/api/me/follows", { token: bob.token, body: { actor: "jane" } });
	for (const at of [
		"/",
		"/@jane",
		"/api/users/jane/profile",
		"/api/users/jane/presence",
		"/api/users/jane/groups",
		"/api/identity/users/jane@social.example",
		"/.well-known/ofscp/users/jane/keys",
		"/.well-known/ofscp-provider",
		`/api/groups/${open.group}`,
		`${open.path}/messages`,
		`${timeline}/messages`,
		`/api/groups/${jane.account.group}`,
		"/api/me",
		"/api/me/sessions",
		"/api/me/follows",
		"/api/me/timeline",
	])
		for (const [who, options] of [
			["nobody", {}],
			["bob", { token: bob.token }],
			["a provider", { headers: { "x-ofscp-provider": "other.example" } }],
		] as const) {
			const { text, headers } = await door.ask("GET", at, options);
			const all = text + JSON.stringify([...headers]);
			for (const word of ["only-mine", 'notificationEndpoints":[{']) t.false(all.includes(word), `${at} for ${who}`);
			if (at !== "/api/me") t.false(/"(settings|email|privacy)"/.test(text), `${at} for ${who}`);
		}
});

test.serial("sessions are listed with the current one marked, and ended by their id", async (t) => {
	const carla = await door.person("carla");
	const list = async () => (await get("/api/me/sessions", carla.token)).items;
	const [own, ...none] = await list();
	t.deepEqual(none, []);
	t.like(own, { kind: "token", client: "test", current: true });
	t.regex(own.createdAt, /^\d{4}-\d\d-\d\dT/);
	t.is((await door.ask("DELETE", `/api/me/sessions/${own.id}`, { token: bob.token })).status, 404);
	t.is((await door.ask("DELETE", "/api/me/sessions/nothing", { token: carla.token })).status, 404);
	for (const id of ["%C3%A9", "%00", "..%2Fx", "x".repeat(2000), "device:x", "oauth:x", "%F0%9F%9B%B6"])
		t.is((await door.ask("DELETE", `/api/me/sessions/${id}`, { token: carla.token })).status, 404, id.slice(0, 20));
	t.is((await list()).length, 1);
	t.is((await door.ask("DELETE", `/api/me/sessions/${own.id}`, { token: carla.token })).status, 204);
	t.is((await door.ask("GET", "/api/me", { token: carla.token })).status, 401);
});

test.serial("changing the password requires the current one", async (t) => {
	const dora = await door.person("dora");
	await setPassword(door.context, dora.account.id, "a quiet harbour");
	const put = (body: object) => door.ask("PUT", "/api/me/password", { token: dora.token, body });
	t.deepEqual(problem(await put({ current: "wrong password", next: "a louder harbour" })), [403, "wrong_password"]);
	t.deepEqual(problem(await put({ current: "a quiet harbour", next: "password123" })), [
		400,
		"invalid_request",
		"/next",
	]);
	t.deepEqual(problem(await put({ current: "a quiet harbour" })), [400, "invalid_request", "/next"]);
	t.is((await put({ current: "a quiet harbour", next: "a louder harbour" })).status, 204);
	t.is((await put({ current: "a louder harbour", next: "a quiet harbour" })).status, 204);
});

test.serial("deleting an account requires its password and takes effect at once", async (t) => {
	const emil = await door.person("emil");
	await setPassword(door.context, emil.account.id, "a quiet harbour");
	const del = (body?: object) => door.ask("DELETE", "/api/me", { token: emil.token, ...(body && { body }) });
	t.deepEqual(problem(await del({ password: "wrong password" })), [403, "wrong_password"]);
	t.is((await del({})).status, 400);
	t.is((await door.ask("GET", "/api/me", { token: emil.token })).status, 200);
	t.is((await del({ password: "a quiet harbour" })).status, 204);
	t.is((await door.ask("GET", "/api/me", { token: emil.token })).status, 401);
	t.is((await door.ask("GET", "/api/users/emil/profile")).status, 404);
	t.is((await door.ask("GET", "/@emil")).status, 410);
});
