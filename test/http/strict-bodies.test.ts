import test from "ava";
import { type Door, openDoor, type Person } from "./door.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON Schemas have many shapes
type Schema = any;

/** Objects with members of the client's choice, by operation and path: no member of these could restrict anything here. */
const free = new Set([
	"changeMe /settings",
	"putSettings ",
	// Data under a schema of the client's: kept as it is, and whoever reads it knows the schema or ignores it.
]);

/** The places of a schema where an object may have members that it doesn't name. */
function openObjects(schema: Schema, named: Readonly<Record<string, Schema>>, path = ""): readonly string[] {
	if (schema === undefined || typeof schema !== "object") return [];
	if (schema.$ref !== undefined) return openObjects(named[schema.$ref.split("/").at(-1)], named, path);
	const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].flatMap((some: Schema) =>
		openObjects(some, named, path),
	);
	if (schema.type === "array") return [...inner, ...openObjects(schema.items, named, `${path}/*`)];
	if (schema.type !== "object") return inner;
	const members = Object.entries(schema.properties ?? {}).flatMap(([name, some]) =>
		openObjects(some, named, `${path}/${name}`),
	);
	return [...inner, ...members, ...(schema.additionalProperties === false ? [] : [path])];
}

test("no body may have a member that the API does not know, at any depth, so that no restriction is dropped in silence", async (t) => {
	await using door = await openDoor();
	const { paths, components } = (await door.ask("GET", "/api/openapi.json")).body;
	const found: string[] = [];
	let bodies = 0;
	for (const operations of Object.values(paths))
		for (const { operationId, requestBody } of Object.values(operations as Record<string, Schema>)) {
			const schema = requestBody?.content?.["application/json"]?.schema;
			if (schema === undefined) continue;
			bodies++;
			found.push(...openObjects(schema, components.schemas).map((path) => `${operationId} ${path}`));
		}
	t.true(bodies > 20);
	t.deepEqual(new Set(found), free);
});

interface Places {
	readonly door: Door;
	readonly jane: Person;
	readonly group: string;
	readonly path: string;
	readonly message: string;
}

const memo = { type: "memo", content: { text: "hello" } };

const poll = (more: object) => [
	{
		schema: "http://social.example/meta/poll.json",
		version: "1.0",
		data: { question: "Lunch?", options: ["tacos", "ramen"], ...more },
	},
];

/** Restrictions that are not built, and the field that the answer names. */
const restrictions: readonly (readonly [string, (at: Places) => string, object, string])[] = [
	["POST", () => "/api/groups", { name: "G", tier: "private" }, "/tier"],
	["POST", () => "/api/groups", { name: "G", discoverability: "private" }, "/discoverability"],
	["POST", () => "/api/groups", { name: "G", visibility: "hidden" }, "/visibility"],
	["POST", () => "/api/groups", { name: "G", permissions: { view: ["admin"] } }, "/permissions/view"],
	["POST", () => "/api/groups", { name: "G", permissions: { "post:memo": ["admin"] } }, "/permissions/post:memo"],
	["POST", () => "/api/groups", { name: "G", permissions: { react: ["owner"] } }, "/permissions/react"],
	["POST", () => "/api/groups", { name: "G", permissions: { post: ["moderator"] } }, "/permissions/post/0"],
	["POST", () => "/api/groups", { name: "G", permissionModel: "exact" }, "/permissionModel"],
	["POST", () => "/api/groups", { name: "G", roles: [{ id: "r", name: "R", rank: 5 }] }, "/roles"],
	["POST", () => "/api/groups", { name: "G", archived: true }, "/archived"],
	["POST", () => "/api/groups", { name: "G", channels: [{ id: "chn_x", discoverability: "private" }] }, "/channels"],
	["POST", ({ group }) => `${group}/channels`, { name: "c", permissions: { view: ["admin"] } }, "/permissions/view"],
	[
		"POST",
		({ group }) => `${group}/channels`,
		{ name: "c", permissions: { manage: ["owner"] } },
		"/permissions/manage",
	],
	["POST", ({ group }) => `${group}/channels`, { name: "c", tier: "hidden" }, "/tier"],
	["POST", ({ group }) => `${group}/channels`, { name: "c", discoverability: "hidden" }, "/tier"],
	[
		"POST",
		({ group }) => `${group}/channels`,
		{ name: "c", tier: "public", discoverability: "private" },
		"/discoverability",
	],
	["POST", ({ group }) => `${group}/channels`, { name: "c", tier: "public", slowMode: 30 }, "/slowMode"],
	["POST", ({ group }) => `${group}/channels`, { name: "c", tier: "public", category: "cat" }, "/category"],
	["POST", ({ group }) => `${group}/channels`, { name: "c", allowedTypes: ["reaction"] }, "/allowedTypes/0"],
	["PUT", ({ path, jane }) => `${path}/members/${jane.address}`, { until: "2027-01-01T00:00:00Z" }, "/until"],
	["PUT", ({ path, jane }) => `${path}/members/${jane.address}`, { role: "reader" }, "/role"],
	["PUT", ({ group, jane }) => `${group}/members/${jane.address}`, { timeout: 60 }, "/timeout"],
	["PUT", () => "/api/me/privacy", { presence: "nobody", dms: "nobody" }, "/dms"],
	["PUT", () => "/api/me/privacy", { followers: "nobody" }, "/followers"],
	["PUT", () => "/api/me/privacy", { groups: "friends" }, "/groups"],
	["PATCH", () => "/api/me", { privacy: { presence: "nobody", lastSeen: "nobody" } }, "/privacy/lastSeen"],
	["PATCH", () => "/api/me", { bridgeable: false }, "/bridgeable"],
	["PATCH", () => "/api/me", { discoverable: false }, "/discoverable"],
	["PATCH", () => "/api/me", { presence: { availability: "dnd", until: "2027-01-01T00:00:00Z" } }, "/presence/until"],
	["PATCH", () => "/api/me/profile", { indexable: false }, "/indexable"],
	["PUT", () => "/api/me/presence", { availability: "away", visibleTo: "contacts" }, "/visibleTo"],
	["POST", () => "/api/me/follows", { actor: "jane", notify: false }, "/notify"],
	["POST", ({ path }) => `${path}/messages`, { ...memo, visibility: "followers" }, "/visibility"],
	["POST", ({ path }) => `${path}/messages`, { ...memo, to: ["bob@social.example"] }, "/to"],
	["POST", ({ path }) => `${path}/messages`, { ...memo, tier: "private" }, "/tier"],
	["POST", ({ path }) => `${path}/messages`, { ...memo, expiresAt: "2027-01-01T00:00:00Z" }, "/expiresAt"],
	["POST", ({ path }) => `${path}/messages`, { ...memo, permissions: { view: ["admin"] } }, "/permissions/view"],
	["POST", ({ path }) => `${path}/messages`, { ...memo, permissions: { reply: [] } }, "/permissions/reply"],
	["POST", ({ path }) => `${path}/messages`, { ...memo, content: { text: "x", locked: true } }, "/content/locked"],
	[
		"POST",
		({ path }) => `${path}/messages`,
		{ ...memo, metadata: poll({ anonymous: true }) },
		"/metadata/0/data/anonymous",
	],
	[
		"POST",
		({ path }) => `${path}/messages`,
		{ ...memo, metadata: poll({ visibleTo: ["admin"] }) },
		"/metadata/0/data/visibleTo",
	],
	[
		"POST",
		({ path }) => `${path}/messages`,
		{ ...memo, reference: { type: "reply", id: "msg_x", silent: true } },
		"/reference/silent",
	],
	[
		"PATCH",
		({ path, message }) => `${path}/messages/${message}`,
		{ tags: [], permissions: { view: [] } },
		"/permissions/view",
	],
	[
		"PATCH",
		({ path, message }) => `${path}/messages/${message}`,
		{ permissions: { editUntil: "2026-01-01T00:00:00Z" }, tags: [] },
		"/permissions/editUntil",
	],
	[
		"PATCH",
		({ path, message }) => `${path}/messages/${message}`,
		{ content: { text: "x", hidden: true } },
		"/content/hidden",
	],
	["PUT", ({ path, message }) => `${path}/messages/${message}/reactions/x`, { anonymous: true }, "/anonymous"],
	[
		"POST",
		({ path }) => `${path}/messages`,
		{ type: "reaction", reference: "msg_x", unicode: "x", anonymous: true },
		"/anonymous",
	],
	["POST", ({ path }) => `${path}/typing`, { state: "start", to: ["admin"] }, "/to"],
	["POST", () => "/api/auth/register", { handle: "new", password: "a quiet harbour", locked: true }, "/locked"],
	[
		"POST",
		() => "/api/auth/device-keys",
		{ public_key: "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", expires_at: "2027-01-01T00:00:00Z" },
		"/expires_at",
	],
	[
		"POST",
		({ group }) => `${group}/bridges`,
		{ bridge: "matrix", channel: "x", room: "#x:y", direction: "in" },
		"/direction",
	],
	["POST", ({ group }) => `${group}/owner`, { user: "jane", until: "2027-01-01T00:00:00Z" }, "/until"],
];

test("a restriction that is not built gets 400, and the answer names it", async (t) => {
	await using door = await openDoor();
	const jane = await door.person("jane");
	const { group, path } = await door.channel(jane);
	const said = await door.ask("POST", `${path}/messages`, { token: jane.token, body: memo });
	const at: Places = { door, jane, group: `/api/groups/${group}`, path, message: said.body.id };
	for (const [method, where, body, field] of restrictions) {
		const answer = await door.ask(method, where(at), { token: jane.token, body });
		t.is(answer.status, 400, `${method} ${where(at)} ${JSON.stringify(body)}`);
		const fields = answer.body.errors.map((error: { field: string }) => error.field);
		t.true(fields.includes(field), `${JSON.stringify(body)}: ${fields}`);
		for (const { expected } of answer.body.errors) t.notRegex(expected, /Unrecognized|Invalid input/);
	}
	t.like((await door.ask("GET", "/api/me/privacy", { token: jane.token })).body, {
		presence: "members",
		groups: "nobody",
	});
});

test("what the API gives out can be sent back whole: members that the provider sets itself are ignored", async (t) => {
	await using door = await openDoor();
	const jane = await door.person("jane");
	const by = (method: string, path: string, body?: unknown) => door.ask(method, path, { token: jane.token, body });
	const { group, path } = await door.channel(jane);
	const me = (await by("GET", "/api/me")).body;
	t.is((await by("PATCH", "/api/me", { ...me, displayName: "Jane D" })).status, 200);
	const profile = (await by("GET", "/api/me/profile")).body;
	t.is((await by("PATCH", "/api/me/profile", { ...profile, bio: "b" })).body.bio, "b");
	const place = (await by("GET", path)).body;
	t.is((await by("POST", `/api/groups/${group}/channels`, { ...place, name: "copy" })).status, 201);
	const { channels: _, ...made } = (await by("GET", `/api/groups/${group}`)).body;
	t.is((await by("POST", "/api/groups", made)).status, 201);
	const message = (await by("POST", `${path}/messages`, memo)).body;
	t.is((await by("POST", `${path}/messages`, message)).status, 201);
	t.is((await by("PATCH", `${path}/messages/${message.id}`, { ...message, content: { text: "y" } })).status, 200);
	const reaction = (await by("PUT", `${path}/messages/${message.id}/reactions/x`, {})).body;
	t.is((await by("PUT", `${path}/messages/${message.id}/reactions/x`, reaction)).status, 200);
	t.is((await by("POST", `${path}/messages`, reaction)).status, 200);
	const member = (await by("GET", `${path}/members`)).body.items[0];
	t.is((await by("PUT", `${path}/members/${jane.address}`, { ...member, role: undefined })).status, 200);
});

test("privacy that is sent with an account is applied", async (t) => {
	await using door = await openDoor();
	const jane = await door.person("jane");
	const changed = await door.ask("PATCH", "/api/me", { token: jane.token, body: { privacy: { presence: "nobody" } } });
	t.deepEqual(changed.body.privacy, { presence: "nobody", groups: "nobody" });
	t.is((await door.ask("GET", "/api/me/privacy", { token: jane.token })).body.presence, "nobody");
});

test("members of the later revision that restrict nothing are taken: metadata, and `request` for approval", async (t) => {
	await using door = await openDoor();
	const jane = await door.person("jane");
	const by = (method: string, path: string, body: unknown) => door.ask(method, path, { token: jane.token, body });
	t.is(
		(await by("POST", "/api/groups", { name: "G", joinPolicy: "request", metadata: [] })).body.joinPolicy,
		"approval",
	);
	t.is((await by("POST", "/api/groups", { name: "G", joinPolicy: "closed" })).body.errors[0].field, "/joinPolicy");
	const presence = { availability: "away", status: "out" };
	t.deepEqual((await by("PUT", "/api/me/presence", { ...presence, metadata: [] })).body, presence);
	t.deepEqual((await by("PATCH", "/api/me", { presence: { ...presence, metadata: [] } })).body.presence, presence);
	t.is((await by("PATCH", "/api/me/profile", { bio: "b", metadata: [] })).body.bio, "b");
	t.deepEqual((await by("PUT", "/api/me/privacy", { groups: "public", metadata: [] })).body, {
		presence: "members",
		groups: "public",
	});
});
