import { randomUUID } from "node:crypto";
import test from "ava";
import { createFakeBridge } from "../support/fake-bridge.ts";
import { type Door, openDoor, type Person } from "./door.ts";

let door: Door;
let jane: Person;
let bob: Person;
let eve: Person;
const bridge = createFakeBridge("fake");
test.before(async () => {
	door = await openDoor({ bridges: [bridge] });
	[jane, bob, eve] = [await door.person("jane"), await door.person("bob"), await door.person("eve")];
});
test.after.always(() => door.close());

const by = (person: Person | undefined, method: string, path: string, body?: unknown, headers = {}) =>
	door.ask(method, path, { token: person?.token, body, headers });

test("a group is created once per Idempotency-Key, and shows its owner, permissions and the channels that the caller may see", async (t) => {
	const key = { "idempotency-key": randomUUID() };
	const made = await by(jane, "POST", "/api/groups", { name: "Dev Guild", description: "We build" }, key);
	const again = await by(jane, "POST", "/api/groups", { name: "Dev Guild", description: "We build" }, key);
	t.is(made.status, 201);
	t.is(again.body.id, made.body.id);
	t.is(again.headers.get("idempotency-replayed"), "true");
	t.is(made.headers.get("location"), `/api/groups/${made.body.id}`);
	t.like(made.body, {
		name: "Dev Guild",
		owner: "jane@social.example",
		joinPolicy: "open",
		permissions: { post: ["member"], moderate: ["admin"] },
		channels: [],
	});
	const at = `/api/groups/${made.body.id}`;
	const open = (
		await by(jane, "POST", `${at}/channels`, { name: "general", discoverability: "public", tags: ["x"], topic: "All" })
	).body;
	const closed = (await by(jane, "POST", `${at}/channels`, { name: "staff" })).body;
	t.like(open, {
		type: "text",
		discoverability: "public",
		tier: "public",
		tags: ["x"],
		topic: "All",
		metadata: {},
	});
	t.regex(open.handle, /^dev-guild-general/);
	t.is(closed.tier, "private");
	t.deepEqual(
		(await by(jane, "GET", at)).body.channels.map((c: { id: string }) => c.id),
		[open.id, closed.id],
	);
	t.deepEqual(
		(await by(undefined, "GET", at)).body.channels.map((c: { id: string }) => c.id),
		[open.id],
	);
	t.deepEqual(
		(await by(eve, "GET", `${at}/channels`)).body.items.map((c: { id: string }) => c.id),
		[open.id],
	);
	t.is((await by(eve, "GET", `${at}/channels/${open.id}`)).status, 200);
	t.is((await by(eve, "GET", `${at}/channels/${closed.id}`)).status, 404);
	t.is((await by(eve, "POST", `${at}/channels`, { name: "mine" })).status, 403);
	t.true((await by(jane, "GET", "/api/groups")).body.items.some((g: { id: string }) => g.id === made.body.id));
});

test("invalid fields of a group or channel are named", async (t) => {
	const { group } = await door.channel(jane);
	t.is((await by(jane, "POST", "/api/groups", {})).body.errors[0].field, "/name");
	t.is((await by(jane, "POST", "/api/groups", { name: "x".repeat(101) })).status, 400);
	t.is((await by(jane, "POST", `/api/groups/${group}/channels`, { name: "x", type: "call" })).status, 400);
	t.is(
		(await by(jane, "POST", `/api/groups/${group}/channels`, { name: "x", tier: "secret" })).body.errors[0].field,
		"/tier",
	);
	t.is((await by(undefined, "POST", "/api/groups", { name: "x" })).status, 401);
	t.is((await by(eve, "GET", "/api/groups/grp_00000000000000000000000000")).status, 404);
});

test("joining gets 201, then 200; 202 if approval is required; 403 if invite-only; leaving gets 204", async (t) => {
	const { group, path } = await door.channel(jane, { tier: "group" });
	t.is((await by(bob, "POST", `${path}/join`)).status, 404, "a channel of tier group is 404 for outsiders");
	const first = await by(bob, "POST", `/api/groups/${group}/join`);
	t.is(first.status, 201);
	t.like(first.body, { user: "bob@social.example", role: "member", state: "joined" });
	t.is((await by(bob, "POST", `/api/groups/${group}/join`)).status, 200);
	t.is((await by(bob, "GET", `${path}/messages`)).status, 200);
	t.is((await by(bob, "POST", `/api/groups/${group}/leave`)).status, 204);
	t.is((await by(bob, "GET", `${path}/messages`)).status, 404);
	t.is((await by(jane, "POST", `/api/groups/${group}/leave`)).status, 409);

	const asked = (await by(jane, "POST", "/api/groups", { name: "Asked", joinPolicy: "approval" })).body.id;
	t.is((await by(bob, "POST", `/api/groups/${asked}/join`)).status, 202);
	t.is((await by(bob, "POST", `/api/groups/${asked}/join`)).status, 202);
	const invited = (await by(jane, "POST", "/api/groups", { name: "Invited", joinPolicy: "invite" })).body.id;
	t.is((await by(bob, "POST", `/api/groups/${invited}/join`)).status, 404);
	const shown = (await by(jane, "POST", `/api/groups/${invited}/channels`, { name: "open", tier: "public" })).body.id;
	t.is((await by(bob, "POST", `/api/groups/${invited}/join`)).body.errorCode, "invite_only");
	t.is((await by(bob, "POST", `/api/groups/${invited}/channels/${shown}/join`)).status, 403);
});

test("joining an open channel joins its group too", async (t) => {
	const { path, group } = await door.channel(jane);
	t.is((await by(bob, "POST", `${path}/join`)).status, 201);
	t.is((await by(bob, "POST", `${path}/join`)).status, 200);
	t.is((await by(bob, "POST", `${path}/messages`, { type: "memo", content: { text: "in" } })).status, 201);
	t.is((await by(bob, "POST", `${path}/leave`)).status, 204);
	t.true((await by(bob, "GET", "/api/me")).body.groups.some((uri: string) => uri.endsWith(group)));
});

test("only people who were added are members of a private channel", async (t) => {
	const { path, group } = await door.channel(jane, {});
	t.is((await by(jane, "PUT", `${path}/members/${bob.address}`, {})).status, 400, "not in the group yet");
	await by(bob, "POST", `/api/groups/${group}/join`);
	t.is((await by(bob, "GET", path)).status, 404);
	const added = await by(jane, "PUT", `${path}/members/${encodeURIComponent(bob.address)}`, {});
	t.is(added.status, 201);
	t.like(added.body, { user: bob.address, role: "member" });
	t.is((await by(jane, "PUT", `${path}/members/${bob.account.id}`, {})).status, 200);
	t.is((await by(bob, "GET", path)).status, 200);
	t.is((await by(jane, "PUT", `${path}/members/${bob.address}`, { role: "admin" })).body.role, "admin");
	t.is((await by(jane, "PUT", `${path}/members/${bob.address}`, { role: "owner" })).status, 400);
	t.is((await by(jane, "PUT", `${path}/members/nobody@social.example`, {})).status, 404);
	const members = (await by(bob, "GET", `${path}/members?limit=1`)).body;
	t.is(members.items.length, 1);
	const rest = (await by(bob, "GET", `${path}/members?limit=1&cursor=${members.page.nextCursor}`)).body;
	t.deepEqual([members.items[0].user, rest.items[0].user].toSorted(), [bob.address, jane.address]);
	t.is((await by(eve, "GET", `${path}/members`)).status, 404);
	t.is((await by(jane, "DELETE", `${path}/members/${bob.address}`)).status, 204);
	t.is((await by(bob, "GET", path)).status, 404);
});

test("reactions get 201, then 200; they are counted, described, listed and withdrawn, by PUT and as objects", async (t) => {
	const { path, group } = await door.channel(jane);
	await by(bob, "POST", `/api/groups/${group}/join`);
	const { id } = (await by(jane, "POST", `${path}/messages`, { type: "memo", content: { text: "x" } })).body;
	const heart = `${path}/messages/${id}/reactions/${encodeURIComponent("❤️")}`;
	const first = await by(bob, "PUT", heart);
	t.is(first.status, 201);
	t.like(first.body, { author: bob.address, definition: "❤️", key: "❤️", unicode: "❤️", reference: id, metadata: [] });
	t.is((await by(bob, "PUT", heart, {})).status, 200);
	const object = {
		type: "reaction",
		reference: id,
		definition: "party@a.example",
		unicode: "🎉",
		image: "https://a.example/p.gif",
		desctription: "party",
	};
	const made = await by(jane, "POST", `${path}/messages`, object);
	t.is(made.status, 201);
	t.like(made.body, {
		definition: "party@a.example",
		description: "party",
		desctription: "party",
		image: "https://a.example/p.gif",
	});
	t.is((await by(jane, "POST", `${path}/messages`, { ...object, reference: { type: "message", id } })).status, 200);
	t.is((await by(jane, "POST", `${path}/messages`, { type: "reaction", reference: id })).status, 400);
	t.is(
		(await by(jane, "POST", `${path}/messages`, { type: "reaction", reference: "msg_x", unicode: "x" })).status,
		404,
	);
	await by(jane, "PUT", heart);
	const sums = (await by(bob, "GET", `${path}/messages`)).body.items[0].reactions;
	t.deepEqual(sums, [
		{ definition: "❤️", key: "❤️", unicode: "❤️", count: 2, me: true },
		{
			definition: "party@a.example",
			key: "party@a.example",
			unicode: "🎉",
			image: "https://a.example/p.gif",
			description: "party",
			count: 1,
			me: false,
		},
	]);
	const one = (await by(undefined, "GET", `${path}/messages/${id}/reactions?limit=2`)).body;
	const two = (await by(undefined, "GET", `${path}/messages/${id}/reactions?limit=2&cursor=${one.page.nextCursor}`))
		.body;
	t.is(new Set([...one.items, ...two.items].map((r: { id: string }) => r.id)).size, 3);
	t.deepEqual(two.page, {});
	t.is((await by(bob, "DELETE", heart)).status, 204);
	t.is((await by(bob, "DELETE", heart)).status, 204);
	t.is((await by(bob, "GET", `${path}/messages/${id}`)).body.reactions[0].count, 1);
	t.is((await by(eve, "PUT", heart)).status, 403);
	t.is((await by(undefined, "PUT", heart)).status, 401);
	await by(jane, "DELETE", `${path}/messages/${id}`);
	t.is((await by(bob, "PUT", heart)).status, 409);
});

test("/api/me shows the caller's whole account, and only to the caller", async (t) => {
	const me = await by(jane, "GET", "/api/me");
	t.like(me.body, {
		id: jane.account.id,
		handle: "jane",
		home: "social.example",
		domain: "social.example",
		displayName: "jane",
		settings: {},
		notificationEndpoints: [],
		timeline: { group: jane.account.group, channel: jane.account.timeline },
	});
	t.true(me.body.groups.includes(`http://social.example/api/groups/${jane.account.group}`));
	t.is(me.headers.get("cache-control"), "private, no-store");
	t.is((await by(undefined, "GET", "/api/me")).status, 401);
});

test("following means joining a timeline, and the home timeline merges all followed timelines", async (t) => {
	const ann = await door.person("ann");
	const made = await by(ann, "POST", "/api/me/follows", { actor: "@bob@social.example" });
	t.is(made.status, 201);
	t.deepEqual(made.body, {
		actor: bob.address,
		state: "accepted",
		group: bob.account.group,
		channel: bob.account.timeline,
	});
	t.is((await by(ann, "POST", "/api/me/follows", { actor: bob.address })).status, 201);
	t.is(
		(await by(ann, "POST", `/api/groups/${jane.account.group}/join`)).status,
		201,
		"joining a personal group follows its owner",
	);
	t.is((await by(ann, "POST", "/api/me/follows", { actor: ann.address })).status, 409);
	t.is((await by(ann, "POST", "/api/me/follows", { actor: "nobody@social.example" })).status, 404);
	t.is((await by(ann, "POST", "/api/me/follows", { actor: "not an actor" })).status, 400);
	const carol = bridge.person("carol");
	const remote = await by(ann, "POST", "/api/me/follows", { actor: `${carol.handle}@${carol.domain}` });
	t.like(remote.body, { actor: "carol@fake.test", state: "pending" });

	const walk = async (query: string): Promise<[string, string][]> => {
		const page = (await by(ann, "GET", `/api/me/follows?limit=1${query}`)).body;
		const here = page.items.map(({ actor, state }: { actor: string; state: string }) => [actor, state]);
		return page.page.nextCursor === undefined ? here : [...here, ...(await walk(`&cursor=${page.page.nextCursor}`))];
	};
	t.deepEqual(await walk(""), [
		["carol@fake.test", "pending"],
		[bob.address, "accepted"],
		[jane.address, "accepted"],
	]);
	t.is((await by(ann, "GET", "/api/me/follows?cursor=WzEsImxlZnQgeCJd")).status, 400);
	t.is((await by(ann, "GET", "/api/me/follows?state=accepted")).body.items.length, 2);
	t.deepEqual(
		(await by(ann, "GET", "/api/me/follows?state=pending")).body.items.map((f: { actor: string }) => f.actor),
		["carol@fake.test"],
	);

	const ids: string[] = [];
	for (let i = 0; i < 9; i++) {
		const who = [ann, bob, jane][i % 3] as Person;
		const at = `/api/groups/${who.account.group}/channels/${who.account.timeline}/messages`;
		ids.unshift((await by(who, "POST", at, { type: "memo", content: { text: `t${i}` } })).body.id);
	}
	const seen: string[] = [];
	for (let cursor = ""; ; ) {
		const { body } = await by(ann, "GET", `/api/me/timeline?limit=4${cursor}`);
		seen.push(...body.items.map((m: { id: string }) => m.id));
		if (body.page.nextCursor === undefined) break;
		cursor = `&cursor=${body.page.nextCursor}`;
	}
	t.deepEqual(seen.slice(0, 9), ids);
	t.is((await by(ann, "GET", "/api/me/timeline?cursor=forged")).status, 400);
	t.is((await by(ann, "DELETE", `/api/me/follows/${encodeURIComponent(bob.address)}`)).status, 204);
	t.false((await by(ann, "GET", "/api/me/timeline")).text.includes('"author":"bob@'));
	t.is((await by(ann, "DELETE", "/api/me/follows/nobody@x.example")).status, 404);
});

test("managers of an open channel can link it to a room and unlink it", async (t) => {
	const { group, channel } = await door.channel(jane);
	const closed = await door.channel(jane, {});
	const at = `/api/groups/${group}/bridges`;
	const link = { bridge: "fake", channel, room: `!${randomUUID()}:fake.test` };
	t.is((await by(eve, "POST", at, link)).status, 403);
	t.is((await by(undefined, "POST", at, link)).status, 401);
	t.is((await by(jane, "POST", at, { ...link, bridge: "other" })).body.errors[0].field, "/bridge");
	t.is(
		(await by(jane, "POST", `/api/groups/${closed.group}/bridges`, { ...link, channel: closed.channel })).body
			.errorCode,
		"tier_not_federated",
	);
	t.is(
		(await by(eve, "POST", `/api/groups/${closed.group}/bridges`, { ...link, channel: closed.channel })).status,
		404,
	);
	const made = await by(jane, "POST", at, link);
	t.is(made.status, 201);
	t.like(made.body, { ...link, state: "waiting" });
	t.deepEqual((await by(jane, "GET", at)).body.items, [made.body]);
	t.is((await by(eve, "DELETE", `${at}/${made.body.id}`)).status, 403);
	t.is((await by(jane, "DELETE", `${at}/brg_00000000000000000000000000`)).status, 404);
	t.is((await by(jane, "DELETE", made.headers.get("location") as string)).status, 204);
	t.deepEqual((await by(jane, "GET", at)).body.items, []);
});
