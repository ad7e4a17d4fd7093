import test from "ava";
import { accounts } from "#core/accounts/account.ts";
import { type Door, openDoor, type Person } from "./door.ts";

let door: Door;
let jane: Person;
test.before(async () => {
	door = await openDoor();
	jane = await door.person("jane");
});
test.after.always(() => door.close());

interface Schema {
	readonly $ref?: string;
	readonly type?: string;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly additionalProperties?: unknown;
	readonly anyOf?: readonly Schema[];
	readonly oneOf?: readonly Schema[];
	readonly allOf?: readonly Schema[];
	readonly items?: Schema;
}
interface Described {
	readonly paths: Readonly<
		Record<string, Readonly<Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>>
	>;
	readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The pointers to all fields that a schema names, whatever their type: a text in the wrong field must not be stored either. */
function* fieldsOf(schema: Schema, all: Described, at = "", depth = 0): Generator<string> {
	if (depth > 4) return;
	const named = schema.$ref === undefined ? schema : all.components.schemas[schema.$ref.split("/").at(-1) as string];
	for (const one of [...(named?.anyOf ?? []), ...(named?.oneOf ?? []), ...(named?.allOf ?? [])])
		yield* fieldsOf(one, all, at, depth + 1);
	if (named?.items !== undefined) {
		yield `${at}/0`;
		yield* fieldsOf(named.items, all, `${at}/0`, depth + 1);
	}
	for (const [name, field] of Object.entries(named?.properties ?? {})) {
		yield `${at}/${name}`;
		yield* fieldsOf(field, all, `${at}/${name}`, depth + 1);
	}
	if (named?.additionalProperties !== undefined) yield `${at}/key`;
}

/** A document with one text, at the pointer. */
const documentWith = (pointer: string, text: string): unknown =>
	pointer
		.split("/")
		.slice(1)
		.reduceRight<unknown>((value, part) => (part === "0" ? [value] : { [part]: value }), text);

test("a text with a lone surrogate or NUL gets 400 and its name in every field of every route", async (t) => {
	const described = (await door.ask("GET", "/api/openapi.json")).body as Described;
	let sent = 0;
	for (const [path, methods] of Object.entries(described.paths)) {
		for (const [method, { requestBody }] of Object.entries(methods)) {
			const schema = requestBody?.content["application/json"]?.schema;
			if (schema === undefined) continue;
			const at = path.replaceAll(/\{\w+\}/g, "x");
			for (const field of new Set([...fieldsOf(schema, described), "/unknown"])) {
				for (const text of ["a\ud800", "a\0b"]) {
					const body = documentWith(field, text);
					const { status, body: problem } = await door.ask(method.toUpperCase(), at, { token: jane.token, body });
					const what = `${method} ${path} ${JSON.stringify(body)}`;
					t.is(status, 400, what);
					t.deepEqual(problem.errors, [{ field, expected: "well-formed Unicode without NUL" }], what);
					sent++;
				}
			}
		}
	}
	t.true(sent > 200, String(sent));
});

const odd = "\u202eJa\u2066n\u200be\ufeff\u200f";
const place = () => `/api/groups/${jane.account.group}`;

test("invisible characters are removed from every name that a client sets", async (t) => {
	const ask = async (method: string, at: string, body: object) =>
		(await door.ask(method, at, { token: jane.token, body })).body;
	t.is((await ask("PATCH", "/api/me", { displayName: odd })).displayName, "Jane");
	t.is((await ask("PATCH", "/api/me/profile", { displayName: odd, bio: odd })).displayName, "Jane");
	const group = await ask("POST", "/api/groups", { name: odd });
	t.is(group.name, "Jane");
	t.is((await ask("POST", `/api/groups/${group.id}/channels`, { name: odd })).name, "Jane");
	const public_key = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
	t.is((await ask("POST", "/api/auth/device-keys", { public_key, device_name: odd })).device_name, "Jane");
	t.is((await ask("PUT", "/api/me/presence", { availability: "online", status: odd })).status, "Jane");
	const named = { handle: "joe", password: "a long walk by the river", displayName: odd };
	await door.ask("POST", "/api/auth/register", { body: named });
	t.is((await door.ask("GET", "/api/users/joe/profile")).body.displayName, "Jane");
});

test("a name without a visible character is rejected", async (t) => {
	for (const [method, at, body] of [
		["PATCH", "/api/me", { displayName: "\u3164" }],
		["PATCH", "/api/me/profile", { displayName: "\u200b\u202e" }],
		["POST", "/api/groups", { name: "\u2060" }],
		["POST", `${place()}/channels`, { name: "\ufeff" }],
	] as const) {
		const { status, body: problem } = await door.ask(method, at, { token: jane.token, body });
		t.is(status, 400, at);
		t.is(problem.errors[0].field, `/${Object.keys(body)[0]}`);
	}
});

test("pages isolate each name from the text around it, and clean the names that earlier versions stored", async (t) => {
	const ann = await door.person("ann");
	const rtl = "\u05e2\u05d3\u05d4";
	await door.ask("PATCH", "/api/me", { token: ann.token, body: { displayName: rtl } });
	const made = await door.ask("POST", `/api/groups/${ann.account.group}/channels/${ann.account.timeline}/messages`, {
		token: ann.token,
		body: { type: "memo", content: { text: "Hello" } },
	});
	const pages = ["/", "/@ann", `/@ann/${made.body.id}`];
	for (const at of pages) {
		const { text } = await door.ask("GET", at, { headers: { accept: "text/html" } });
		t.true(text.includes(`<bdi>${rtl}</bdi>`), at);
		for (const [, before] of text.matchAll(new RegExp(`(.{5})${rtl}`, "g")))
			t.true(before === "<bdi>" || /itle>$|="$/.test(before as string), `${at}: ${before}`);
	}
	const stored = await door.context.store.get(accounts, ann.account.id);
	if (stored === undefined) return t.fail();
	const older = { ...stored.doc, profile: { displayName: "\u202eevil" } };
	await door.context.store.replace(accounts, stored.id, stored.rev, older);
	for (const at of pages) {
		const { text } = await door.ask("GET", at, { headers: { accept: "text/html" } });
		t.false(text.includes("\u202e"), at);
		t.true(text.includes("<bdi>evil</bdi>"), at);
	}
});
