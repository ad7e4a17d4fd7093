import test from "ava";
import { may } from "#core/access/permissions.ts";
import { placeOf } from "#core/groups/place.ts";
import type { ChannelId } from "#core/ids.ts";
import { openDoor } from "./door.ts";

const memo = { type: "memo", content: { text: "x" } };
type Write = readonly [method: string, at: string, body?: unknown];

/** Every request that writes into a channel, about a message of someone else. */
const writes = (message: string, person: string): readonly Write[] => [
	["POST", "/messages", memo],
	["POST", "/messages", { ...memo, reference: message }],
	["POST", "/messages", { type: "reaction", reference: message, unicode: "x" }],
	["PUT", `/messages/${message}/reactions/x`, {}],
	["DELETE", `/messages/${message}`],
	["PATCH", `/messages/${message}`, { content: { text: "y" } }],
	["POST", "/typing", { state: "start" }],
	["PUT", `/members/${person}`, {}],
	["DELETE", `/members/${person}`],
];

test("who may write in a channel but not read it can't write there: reading is asked about by itself", async (t) => {
	await using door = await openDoor();
	const [jane, bob, eve] = [await door.person("jane"), await door.person("bob"), await door.person("eve")];
	const by = (token: string, method: string, at: string, body?: unknown) => door.ask(method, at, { token, body });
	const { group, channel, path } = await door.channel(jane, {
		tier: "private",
		permissions: { post: ["anyone"], reply: ["anyone"], moderate: ["member"] },
	});
	await by(bob.token, "POST", `/api/groups/${group}/join`);
	const message = (await by(jane.token, "POST", `${path}/messages`, memo)).body.id;
	const place = await placeOf(door.context, channel as ChannelId);
	if (place === undefined) return t.fail("The channel can't be read");
	for (const action of ["post", "reply", "moderate"] as const)
		t.true(await may(door.context, action, place, bob.account), `Permissions alone let bob ${action}`);
	for (const who of [bob, eve])
		for (const [method, at, body] of writes(message, jane.address)) {
			const refused = await by(who.token, method, path + at, body);
			t.is(refused.status, 404, `${method} ${at}`);
			t.is(refused.body.errorCode, "not_found");
		}
	t.is((await by(jane.token, "GET", `${path}/messages`)).body.items.length, 1);
	t.deepEqual((await by(jane.token, "GET", `${path}/messages/${message}`)).body.reactions, []);
});

test("who may read a channel but not write in it can't write there: permissions are asked about by themselves", async (t) => {
	await using door = await openDoor();
	const [jane, bob, eve] = [await door.person("jane"), await door.person("bob"), await door.person("eve")];
	const by = (token: string, method: string, at: string, body?: unknown) => door.ask(method, at, { token, body });
	const { group, path } = await door.channel(jane, {
		tier: "public",
		permissions: { post: ["owner"], reply: ["owner"], moderate: ["owner"] },
	});
	await by(bob.token, "POST", `/api/groups/${group}/join`);
	const message = (await by(jane.token, "POST", `${path}/messages`, memo)).body.id;
	for (const who of [bob, eve]) {
		t.is((await by(who.token, "GET", `${path}/messages/${message}`)).status, 200);
		for (const [method, at, body] of writes(message, jane.address))
			t.is((await by(who.token, method, path + at, body)).status, 403, `${method} ${at}`);
	}
	t.is((await by(jane.token, "GET", `${path}/messages`)).body.items.length, 1);
	t.deepEqual((await by(jane.token, "GET", `${path}/messages/${message}`)).body.reactions, []);
});

test("authors who may no longer read a channel can't change what they said there", async (t) => {
	await using door = await openDoor();
	const [jane, bob] = [await door.person("jane"), await door.person("bob")];
	const by = (token: string, method: string, at: string, body?: unknown) => door.ask(method, at, { token, body });
	const { group, path } = await door.channel(jane, { tier: "group" });
	await by(bob.token, "POST", `/api/groups/${group}/join`);
	const { id } = (await by(bob.token, "POST", `${path}/messages`, memo)).body;
	t.is((await by(bob.token, "PUT", `${path}/messages/${id}/reactions/x`, {})).status, 201);
	await by(bob.token, "POST", `/api/groups/${group}/leave`);
	for (const [method, at, body] of [
		["PATCH", `/messages/${id}`, { content: { text: "changed" } }],
		["DELETE", `/messages/${id}`, undefined],
		["DELETE", `/messages/${id}/reactions/x`, undefined],
	] as const)
		t.is((await by(bob.token, method, path + at, body)).status, 404, `${method} ${at}`);
	const shown = (await by(jane.token, "GET", `${path}/messages/${id}`)).body;
	t.is(shown.content.text, "x");
	t.is(shown.reactions.length, 1);
});
