import test, { type ExecutionContext } from "ava";
import { listenTo } from "../realtime/event-client.ts";
import { until } from "../support/wait.ts";
import { type Door, openDoor, type Person } from "./door.ts";

interface Scene {
	readonly door: Door;
	readonly owner: Person;
	readonly member: Person;
	readonly group: string;
	/** A private channel to which the member was added as an admin, one that every member reads, and an open one. */
	readonly channels: Readonly<Record<"private" | "group" | "public", string>>;
	by(who: Person | undefined, method: string, path: string, body?: unknown): ReturnType<Door["ask"]>;
	post(who: Person, path: string, text: string): Promise<string>;
}

const memo = (text: string) => ({ type: "memo", content: { text } });

async function open(t: ExecutionContext): Promise<Scene> {
	const door = await openDoor();
	t.teardown(() => door.close());
	const [owner, member] = [await door.person("olga"), await door.person("mia")];
	const by: Scene["by"] = (who, method, path, body) => door.ask(method, path, { token: who?.token, body });
	const { id } = (await by(owner, "POST", "/api/groups", { name: "Guild" })).body;
	const group = `/api/groups/${id}`;
	const channel = async (tier: string) =>
		`${group}/channels/${(await by(owner, "POST", `${group}/channels`, { name: tier, tier })).body.id}`;
	const channels = {
		private: await channel("private"),
		group: await channel("group"),
		public: await channel("public"),
	};
	await by(member, "POST", `${channels.public}/join`);
	await by(owner, "PUT", `${channels.private}/members/${member.address}`, { role: "admin" });
	await by(owner, "PUT", `${channels.group}/members/${member.address}`, {});
	return {
		door,
		owner,
		member,
		group,
		channels,
		by,
		async post(who, path, text) {
			const { status, body } = await by(who, "POST", `${path}/messages`, memo(text));
			if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
			return body.id;
		},
	};
}

/** The ways in which a membership of the group ends. */
const endings: Readonly<Record<string, (scene: Scene) => ReturnType<Door["ask"]>>> = {
	"leaves a group": ({ by, member, group }) => by(member, "POST", `${group}/leave`),
	"is removed from a group": ({ by, owner, member, group }) =>
		by(owner, "DELETE", `${group}/members/${member.address}`),
};

for (const [what, end] of Object.entries(endings)) {
	test(`someone who ${what} can't read or write in any of its closed channels, and is a stranger in the open ones`, async (t) => {
		const scene = await open(t);
		const { by, owner, member, group, channels } = scene;
		const said = await Promise.all(Object.values(channels).map((path) => scene.post(owner, path, "before")));
		t.is((await end(scene)).status, 204);
		for (const [i, [tier, path]] of Object.entries(channels).entries()) {
			const closed = tier !== "public";
			const asked: readonly (readonly [number, string, string, unknown?])[] = [
				[closed ? 404 : 200, "GET", path],
				[closed ? 404 : 200, "GET", `${path}/messages`],
				[closed ? 404 : 200, "GET", `${path}/messages/${said[i]}`],
				[closed ? 404 : 200, "GET", `${path}/members`],
				[closed ? 404 : 200, "GET", `/api/events?channels=${path.split("/").at(-1)}`],
				[closed ? 404 : 403, "POST", `${path}/messages`, memo("after")],
				[closed ? 404 : 403, "POST", `${path}/messages`, { ...memo("reply"), reference: said[i] }],
				[closed ? 404 : 403, "PUT", `${path}/messages/${said[i]}/reactions/x`, {}],
				[closed ? 404 : 403, "POST", `${path}/typing`, { state: "start" }],
				[closed ? 404 : 403, "PUT", `${path}/members/${owner.address}`, {}],
			];
			for (const [status, method, at, body] of asked) {
				if (status === 200 && at.startsWith("/api/events")) continue;
				t.is((await by(member, method, at, body)).status, status, `${method} ${at} (${tier})`);
			}
			const members = (await by(owner, "GET", `${path}/members`)).body.items.map((m: { user: string }) => m.user);
			t.deepEqual(members, [owner.address], tier);
		}
		t.deepEqual((await by(member, "GET", "/api/me/timeline")).body.items, []);
		t.deepEqual((await by(member, "GET", "/api/me/follows")).body.items, []);
		t.false((await by(member, "GET", "/api/groups")).text.includes(group.slice("/api/groups/".length)));
		t.deepEqual(
			(await by(member, "GET", group)).body.channels.map((c: { tier: string }) => c.tier),
			["public"],
		);
	});

	test(`an open stream of someone who ${what} gets nothing more of it`, async (t) => {
		const scene = await open(t);
		const { door, by, owner, member, channels } = scene;
		const ids = Object.values(channels).map((path) => path.split("/").at(-1));
		const streams = [
			await listenTo(`${door.url}/api/events`, member.token),
			await listenTo(`${door.url}/api/events?channels=${ids.slice(0, 2).join(",")}`, member.token),
		];
		t.teardown(() => streams.forEach((stream) => stream.kill()));
		for (const stream of streams) await until("the first id", () => stream.lastId);
		await scene.post(owner, channels.private, "before");
		for (const stream of streams) await stream.atLeast(1);
		t.is((await end(scene)).status, 204);
		for (const path of Object.values(channels)) {
			await scene.post(owner, path, "after");
			await by(owner, "POST", `${path}/typing`, { state: "start" });
		}
		await by(member, "PATCH", "/api/me", { displayName: "Mia" });
		// An event that comes after: the member's own timeline, which the first stream still hears.
		const own = (await by(member, "GET", "/api/me")).body.timeline;
		await scene.post(member, `/api/groups/${own.group}/channels/${own.channel}`, "end");
		const [followed, named] = streams;
		t.deepEqual(
			(await followed?.atLeast(2))?.map(({ data }) => data.message?.content.text),
			["before", "end"],
		);
		t.is(named?.events.length, 1);
	});

	test(`someone who ${what} and joins again is a member, and was added to no channel`, async (t) => {
		const scene = await open(t);
		const { by, owner, member, group, channels } = scene;
		await by(owner, "PUT", `${group}/members/${member.address}`, { role: "admin" });
		await end(scene);
		t.like((await by(member, "POST", `${group}/join`)).body, { role: "member", state: "joined" });
		t.is((await by(member, "GET", channels.private)).status, 404);
		t.is((await by(member, "GET", channels.group)).status, 200);
		t.is((await by(member, "POST", `${group}/channels`, { name: "mine" })).status, 403);
		t.is((await by(member, "PUT", `${channels.group}/members/${owner.address}`, {})).status, 403);
		const again = await by(owner, "PUT", `${channels.private}/members/${member.address}`, {});
		t.like(again.body, { role: "member", state: "joined" });
		t.is((await by(member, "PUT", `${channels.private}/members/${owner.address}`, {})).status, 403);
		t.is((await by(member, "GET", channels.private)).status, 200);
	});
}

test("an admin of an open channel who was removed and joins it again is a member", async (t) => {
	const { by, owner, member, channels } = await open(t);
	const path = channels.public;
	const seat = `${path}/members/${member.address}`;
	for (const end of [() => by(owner, "DELETE", seat), () => by(member, "POST", `${path}/leave`)]) {
		t.is((await by(owner, "PUT", seat, { role: "admin" })).body.role, "admin");
		t.is((await end()).status, 204);
		t.is((await by(member, "POST", `${path}/join`)).status, 201);
		const { items } = (await by(owner, "GET", `${path}/members`)).body;
		t.is(items.find((m: { user: string }) => m.user === member.address)?.role, "member");
		t.is((await by(member, "PUT", `${path}/members/${owner.address}`, {})).status, 403);
	}
});

test("leaving is repeatable: a second leave of a closed group or channel gets 204, too, and a stranger's gets 404", async (t) => {
	const { door, by, owner, member, group, channels } = await open(t);
	const stranger = await door.person("otto");
	await by(owner, "PUT", `${channels.private}/members/${member.address}`, { role: "member" });
	for (const path of [channels.private, channels.group, group]) {
		t.is((await by(member, "POST", `${path}/leave`)).status, 204, path);
		t.is((await by(member, "POST", `${path}/leave`)).status, 204, path);
	}
	t.is((await by(stranger, "POST", `${channels.private}/leave`)).status, 404);
	const closed = (await by(owner, "POST", "/api/groups", { name: "Closed", joinPolicy: "approval" })).body.id;
	t.is((await by(stranger, "POST", `/api/groups/${closed}/leave`)).status, 404);
	t.is((await by(stranger, "POST", `/api/groups/${closed}/join`)).status, 202);
	t.is((await by(stranger, "POST", `/api/groups/${closed}/leave`)).status, 204);
	t.deepEqual((await by(owner, "GET", `/api/groups/${closed}/requests`)).body.items, []);
});
