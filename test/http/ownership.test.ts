import test from "ava";
import type { GroupId } from "#core/ids.ts";
import { openDoor, type Person } from "./door.ts";

test("an owner offers the group to a member with 202, who accepts it with 200", async (t) => {
	await using door = await openDoor();
	const [olga, mia, otto] = [await door.person("olga"), await door.person("mia"), await door.person("otto")];
	const { group } = await door.channel(olga);
	const at = `/api/groups/${group}`;
	const by = (who: Person, method: string, path: string, body?: unknown) =>
		door.ask(method, at + path, { token: who.token, body });
	await by(mia, "POST", "/join");
	t.is((await by(olga, "POST", "/owner", {})).body.errors[0].field, "/user");
	t.is((await by(olga, "POST", "/owner", { user: otto.address })).body.errors[0].field, "/user");
	t.is((await by(mia, "POST", "/owner", { user: mia.address })).status, 403);
	t.is((await by(mia, "POST", "/owner/accept")).status, 403);
	const offered = await by(olga, "POST", "/owner", { user: mia.address });
	t.is(offered.status, 202);
	t.is(offered.body.user, mia.address);
	t.is((await by(olga, "GET", "")).body.owner, olga.address);
	t.is((await by(otto, "POST", "/owner/accept")).status, 403);
	const accepted = await by(mia, "POST", "/owner/accept");
	t.is(accepted.status, 200);
	t.is(accepted.body.owner, mia.address);
	t.is((await by(mia, "POST", "/owner/accept")).status, 200);
	const members = (await by(olga, "GET", "/members")).body.items;
	t.deepEqual(
		new Map(members.map((m: { user: string; role: string }) => [m.user, m.role])),
		new Map([
			[olga.address, "admin"],
			[mia.address, "owner"],
		]),
	);
	t.is((await by(olga, "POST", "/leave")).status, 204);
});

test("nothing can be said, edited, joined or made in an archived group, and it says that it is archived", async (t) => {
	await using door = await openDoor();
	const [olga, mia, otto] = [await door.person("olga"), await door.person("mia"), await door.person("otto")];
	const { group, path } = await door.channel(olga);
	const by = (who: Person, method: string, at: string, body?: unknown) =>
		door.ask(method, at, { token: who.token, body });
	await by(mia, "POST", `${path}/join`);
	const memo = { type: "memo", content: { text: "hello" } };
	const { id } = (await by(mia, "POST", `${path}/messages`, memo)).body;
	t.false("archived" in (await by(mia, "GET", `/api/groups/${group}`)).body);
	await door.context.log.append({
		stream: group,
		type: "group.changed",
		actor: olga.account.id,
		body: { group: group as GroupId, archived: true },
	});
	t.true((await by(mia, "GET", `/api/groups/${group}`)).body.archived);
	t.is((await by(mia, "GET", `${path}/messages`)).body.items.length, 1);
	for (const [method, at, body] of [
		["POST", `${path}/messages`, memo],
		["POST", `${path}/messages`, { ...memo, reference: id }],
		["PATCH", `${path}/messages/${id}`, { content: { text: "changed" } }],
		["PUT", `${path}/messages/${id}/reactions/x`, {}],
		["POST", `${path}/typing`, { state: "start" }],
	] as const)
		t.is((await by(mia, method, at, body)).status, 403, `${method} ${at}`);
	t.is((await by(otto, "POST", `/api/groups/${group}/join`)).body.errorCode, "group_archived");
	t.is((await by(otto, "POST", `${path}/join`)).body.errorCode, "group_archived");
	t.is((await by(mia, "DELETE", `${path}/messages/${id}`)).status, 204);
	t.is((await by(mia, "POST", `/api/groups/${group}/leave`)).status, 204);
});
