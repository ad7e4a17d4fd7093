import test, { type ExecutionContext } from "ava";
import { feedBaselines } from "#core/feed/feed-baselines.ts";
import { endSession, sessionsOf } from "#core/identity/sessions.ts";
import { type Door, type DoorOptions, openDoor, type Person } from "../http/door.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { until } from "../support/wait.ts";
import { type EventClient, listenTo } from "./event-client.ts";

async function setUp(t: ExecutionContext, options: DoorOptions = {}) {
	const door = await openDoor(options);
	t.teardown(() => door.close());
	const jane = await door.person("jane");
	const bob = await door.person("bob");
	const listen = async (who: Person, query = "", headers = {}): Promise<EventClient> => {
		const client = await listenTo(`${door.url}/api/events${query}`, who.token, headers);
		t.teardown(() => client.kill());
		if (client.status === 200) await until("the first id", () => client.lastId);
		return client;
	};
	return { door, jane, bob, listen };
}

async function post(door: Door, path: string, who: Person, text: string, rest: object = {}): Promise<string> {
	const { status, body } = await door.ask("POST", `${path}/messages`, {
		token: who.token,
		body: { type: "memo", content: { text }, ...rest },
	});
	if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
	return body.id;
}

const idsOf = (client: EventClient): readonly string[] => client.events.map(({ data }) => data.message.id);

test("every reader, including the author, receives a message exactly once", async (t) => {
	const { door, jane, bob, listen } = await setUp(t);
	const { path, group, channel } = await door.channel(jane);
	await door.ask("POST", `/api/groups/${group}/join`, { token: bob.token });
	const [own, other, named] = [await listen(jane), await listen(bob), await listen(bob, `?channels=${channel}`)];
	t.is(own.headers["content-type"], "text/event-stream");
	// Otherwise a client can't tell the end of a stream from a lost connection.
	t.is(own.headers["transfer-encoding"], "chunked");
	t.regex(String(own.headers["cache-control"]), /no-cache/);
	const id = await post(door, path, jane, "hello", { clientMessageId: "mine" });
	await post(door, path, jane, "end");
	for (const client of [own, other, named]) {
		const events = await client.atLeast(2);
		t.is(events.length, 2);
		t.like(events[0], {
			event: "message.created",
			data: {
				groupId: group,
				channelId: channel,
				message: { id, content: { text: "hello" }, author: "jane@social.example" },
			},
		});
		t.truthy(events[0]?.data.cursor);
		t.truthy(events[0]?.id);
	}
	t.is(own.events[0]?.data.message.clientMessageId, "mine");
	t.is(other.events[0]?.data.message.clientMessageId, undefined);
});

test("edits, reactions and deletions are sent, with `me` for each reader", async (t) => {
	const { door, jane, bob, listen } = await setUp(t);
	const { path, group } = await door.channel(jane);
	await door.ask("POST", `/api/groups/${group}/join`, { token: bob.token });
	const [own, other] = [await listen(jane), await listen(bob)];
	const id = await post(door, path, jane, "frist");
	await door.ask("PATCH", `${path}/messages/${id}`, { token: jane.token, body: { content: { text: "first" } } });
	await door.ask("PUT", `${path}/messages/${id}/reactions/%F0%9F%8E%89`, { token: bob.token });
	await own.atLeast(3);
	await other.atLeast(3);
	await door.ask("DELETE", `${path}/messages/${id}/reactions/%F0%9F%8E%89`, { token: bob.token });
	await door.ask("DELETE", `${path}/messages/${id}`, { token: jane.token });
	await own.atLeast(5);
	await other.atLeast(5);
	t.deepEqual(
		own.events.map(({ event }) => event),
		["message.created", "message.updated", "message.updated", "message.updated", "message.deleted"],
	);
	t.is(own.events[1]?.data.message.content.text, "first");
	t.truthy(own.events[1]?.data.message.editedAt);
	t.like(own.events[2]?.data.message.reactions[0], { key: "🎉", definition: "🎉", count: 1, me: false });
	t.like(other.events[2]?.data.message.reactions[0], { key: "🎉", count: 1, me: true });
	t.deepEqual(Object.keys(own.events[4]?.data.message), ["id", "deletedAt"]);
});

test("a reader whose connection is cut every few events receives every event once and in order", async (t) => {
	const { door, jane, listen } = await setUp(t);
	const places = [await door.channel(jane), await door.channel(jane), await door.channel(jane)];
	const sent = new Map<string, string[]>(places.map(({ channel }) => [channel, []]));
	const total = 400;
	let client = await listen(jane);
	const writing = (async () => {
		for (let i = 0; i < total; i++) {
			const { path, channel } = places[i % 3] as (typeof places)[0];
			(sent.get(channel) as string[]).push(await post(door, path, jane, `m${i}`));
		}
	})();
	const got = new Map<string, string[]>(places.map(({ channel }) => [channel, []]));
	const seen = new Set<string>();
	let count = 0;
	let connections = 1;
	for (let cut = 1; count < total; cut = (cut % 13) + 1) {
		const events = (await client.atLeast(Math.min(cut, total - count))).slice();
		const last = client.lastId as string;
		client.kill();
		for (const { data } of events) {
			t.false(seen.has(data.message.id), "received twice");
			seen.add(data.message.id);
			(got.get(data.channelId) as string[]).push(data.message.id);
		}
		count += events.length;
		if (count < total) client = await listen(jane, "", { "last-event-id": last });
		connections++;
	}
	await writing;
	t.deepEqual(got, sent);
	t.true(connections > 20);
});

test("events missed while disconnected are sent first, then new ones", async (t) => {
	const { door, jane, listen } = await setUp(t);
	const { path } = await door.channel(jane);
	const first = await listen(jane);
	const { lastId } = first;
	first.kill();
	const missed: string[] = [];
	for (let i = 0; i < 250; i++) missed.push(await post(door, path, jane, `missed ${i}`));
	const again = await listen(jane, `?lastEventId=${encodeURIComponent(lastId as string)}`);
	const live = await post(door, path, jane, "live");
	await again.atLeast(251);
	t.deepEqual(idsOf(again), [...missed, live]);
});

test("an erased text is not replayed", async (t) => {
	const { door, jane, listen } = await setUp(t);
	const { path } = await door.channel(jane);
	const first = await listen(jane);
	const { lastId } = first;
	const id = await post(door, path, jane, "secret one");
	await door.ask("PATCH", `${path}/messages/${id}`, { token: jane.token, body: { content: { text: "secret two" } } });
	await first.atLeast(2);
	first.kill();
	await door.ask("DELETE", `${path}/messages/${id}`, { token: jane.token });
	const again = await listen(jane, "", { "last-event-id": lastId as string });
	const events = await again.atLeast(3);
	t.deepEqual(
		events.map(({ event }) => event),
		["message.created", "message.updated", "message.deleted"],
	);
	t.false(JSON.stringify(events).includes("secret"));
});

test("a channel that is followed, joined or created while the stream is open is included from then on", async (t) => {
	const { door, jane, bob, listen } = await setUp(t);
	const { path, group } = await door.channel(jane, { tier: "group" });
	const client = await listen(bob);
	await post(door, path, jane, "before bob");
	await door.ask("POST", `/api/groups/${group}/join`, { token: bob.token });
	const joined = await post(door, path, jane, "after bob joined");
	await client.atLeast(1);
	const made = await door.ask("POST", `/api/groups/${group}/channels`, {
		token: jane.token,
		body: { name: "second", tier: "group" },
	});
	const second = await post(door, `/api/groups/${group}/channels/${made.body.id}`, jane, "in the new channel");
	await client.atLeast(2);
	await door.ask("POST", "/api/me/follows", { token: bob.token, body: { actor: jane.address } });
	const timeline = await post(
		door,
		`/api/groups/${jane.account.group}/channels/${jane.account.timeline}`,
		jane,
		"on my timeline",
	);
	await client.atLeast(3);
	t.deepEqual(idsOf(client), [joined, second, timeline]);
	await door.ask("DELETE", `/api/me/follows/${jane.address}`, { token: bob.token });
	await post(door, `/api/groups/${jane.account.group}/channels/${jane.account.timeline}`, jane, "unheard");
	const last = await post(door, path, jane, "received");
	await client.atLeast(4);
	t.deepEqual(idsOf(client), [joined, second, timeline, last]);
});

test("a channel joined while disconnected is replayed from the time of joining", async (t) => {
	const { door, jane, bob, listen } = await setUp(t);
	const { path, group } = await door.channel(jane, { tier: "group" });
	const first = await listen(bob);
	const { lastId } = first;
	first.kill();
	await post(door, path, jane, "before");
	await new Promise((resolve) => setTimeout(resolve, 5));
	await door.ask("POST", `/api/groups/${group}/join`, { token: bob.token });
	const after = await post(door, path, jane, "after");
	const again = await listen(bob, "", { "last-event-id": lastId as string });
	const live = await post(door, path, jane, "live");
	await again.atLeast(2);
	t.deepEqual(idsOf(again), [after, live]);
});

test("a stream that names an unreadable channel is answered as if the channel did not exist", async (t) => {
	const { door, jane, bob } = await setUp(t);
	const open = await door.channel(jane);
	const secret = await door.channel(jane, {});
	const refused = await door.ask("GET", `/api/events?channels=${open.channel},${secret.channel}`, { token: bob.token });
	const missing = await door.ask("GET", "/api/events?channels=chn_00000000000000000000000000", { token: bob.token });
	t.is(refused.status, 404);
	t.deepEqual(refused.body, missing.body);
});

test("a removed member receives no more events of the channel, not even missed ones", async (t) => {
	const { door, jane, bob, listen } = await setUp(t);
	const { path, group, channel } = await door.channel(jane, {});
	await door.ask("POST", `/api/groups/${group}/join`, { token: bob.token });
	await door.ask("PUT", `${path}/members/${bob.address}`, { token: jane.token, body: {} });
	const open = await door.channel(jane);
	const [all, named] = [
		await listen(bob, `?channels=${channel},${open.channel}`),
		await listen(bob, `?channels=${channel},${open.channel}`),
	];
	const received = await post(door, path, jane, "received");
	await all.atLeast(1);
	const { lastId } = named;
	named.kill();
	await post(door, path, jane, "missed");
	await door.ask("DELETE", `${path}/members/${bob.address}`, { token: jane.token });
	await post(door, path, jane, "unheard");
	const last = await post(door, open.path, jane, "open");
	await until("the open one", () => idsOf(all).includes(last));
	t.false(all.events.some(({ data }) => data.message.content.text === "unheard"));
	t.is(idsOf(all)[0], received);
	t.is((await door.ask("GET", `/api/events?channels=${channel}`, { token: bob.token })).status, 404);
	const resumed = await listen(bob, "", { "last-event-id": lastId as string });
	const more = await post(door, `/api/groups/${bob.account.group}/channels/${bob.account.timeline}`, bob, "mine");
	await until("my own", () => idsOf(resumed).includes(more));
	t.deepEqual(idsOf(resumed), [more]);
});

test("revoking a token ends its streams before any further event is sent", async (t) => {
	const { door, jane, bob, listen } = await setUp(t, { heartbeatSeconds: 3600 });
	const { path, channel } = await door.channel(jane);
	const [busy, idle] = [await listen(bob, `?channels=${channel}`), await listen(bob)];
	const [session] = await sessionsOf(door.context, bob.account);
	t.true(await endSession(door.context, bob.account, session?.id ?? ""));
	await until("both to end, though nothing happens", () => busy.ended && idle.ended);
	await post(door, path, jane, "not for bob");
	t.is(busy.events.length + idle.events.length, 0);
	t.is(
		(await door.ask("GET", "/api/events", { token: bob.token, headers: { accept: "text/event-stream" } })).status,
		401,
	);
});

test("an unknown, expired or another reader's id is answered with a reset that names the channels", async (t) => {
	const clock = { time: Date.now(), now: () => clock.time };
	const { door, jane, bob, listen } = await setUp(t, { clock });
	const { channel } = await door.channel(jane);
	const own = await listen(jane);
	const bobs = await listen(bob);
	for (const id of ["nonsense", `${(own.lastId as string).slice(0, 16)}~zzzz:1`, bobs.lastId as string]) {
		const client = await listen(jane, "", { "last-event-id": id });
		const [first] = await client.atLeast(1);
		t.is(first?.event, "reset");
		t.true(first?.data.channels.includes(channel));
	}
	clock.time += 8 * 86_400_000;
	const [late] = await (await listen(jane, "", { "last-event-id": own.lastId as string })).atLeast(1);
	t.is(late?.event, "reset");
});

test("a stream that is not read is closed and resumes without loss", async (t) => {
	const { door, jane, listen } = await setUp(t, { streams: { maxBufferedBytes: 100_000 } });
	const { path } = await door.channel(jane);
	const slow = await listen(jane);
	slow.pause();
	const sent: string[] = [];
	const text = "x".repeat(60_000);
	// Until the sockets' own buffers are full, too.
	for (let i = 0; i < 600 && door.events.size > 0; i++) sent.push(await post(door, path, jane, text));
	t.is(door.events.size, 0, "the stream was not closed");
	slow.resume();
	await until("the cut stream to end", () => slow.ended);
	const got = [...idsOf(slow)];
	const again = await listen(jane, "", { "last-event-id": slow.lastId as string });
	await again.atLeast(sent.length - got.length);
	t.deepEqual([...got, ...idsOf(again)], sent);
});

test("an idle stream carries heartbeats", async (t) => {
	const { jane, listen } = await setUp(t, { heartbeatSeconds: 1 });
	const client = await listen(jane);
	await until("a heartbeat", () => client.comments > 0);
	t.is(client.events.length, 0);
});

test("a stream that ends with the provider can be resumed from its last id", async (t) => {
	const { door, jane, listen } = await setUp(t);
	const { path } = await door.channel(jane);
	const client = await listen(jane);
	const before = await post(door, path, jane, "before");
	await client.atLeast(1);
	door.events.close();
	await until("the end", () => client.ended);
	const after = await post(door, path, jane, "after");
	const again = await listen(jane, "", { "last-event-id": client.lastId as string });
	await again.atLeast(1);
	t.deepEqual([...idsOf(client), ...idsOf(again)], [before, after]);
});

test("typing is sent to the other connected readers and never replayed", async (t) => {
	const { door, jane, bob, listen } = await setUp(t);
	const { path, group, channel } = await door.channel(jane);
	await door.ask("POST", `/api/groups/${group}/join`, { token: bob.token });
	const [own, other] = [await listen(bob), await listen(jane)];
	const { lastId } = other;
	t.is((await door.ask("POST", `${path}/typing`, { token: bob.token, body: { state: "start" } })).status, 204);
	const [typing] = await other.atLeast(1);
	t.deepEqual(typing, {
		event: "channel.typing",
		id: undefined,
		data: { groupId: group, channelId: channel, user: bob.address, state: "start" },
	});
	const id = await post(door, path, jane, "x");
	await own.atLeast(1);
	t.deepEqual(idsOf(own), [id]);
	const again = await listen(jane, "", { "last-event-id": lastId as string });
	await again.atLeast(1);
	t.deepEqual(idsOf(again), [id]);
	t.is((await door.ask("POST", `${path}/typing`, { token: bob.token, body: { state: "maybe" } })).status, 400);
});

test("someone whose last stream ends stops typing", async (t) => {
	const { door, jane, bob, listen } = await setUp(t);
	const { path, group } = await door.channel(jane);
	await door.ask("POST", `/api/groups/${group}/join`, { token: bob.token });
	const [first, last, other] = [await listen(bob), await listen(bob), await listen(jane)];
	const type = (state: string) => door.ask("POST", `${path}/typing`, { token: bob.token, body: { state } });
	const states = () => other.events.map(({ data }) => data.state ?? "message");
	await type("start");
	await other.atLeast(1);
	first.kill();
	await until("the first stream to end", () => first.ended);
	await post(door, path, jane, "still typing");
	await other.atLeast(2);
	last.kill();
	await other.atLeast(3);
	t.deepEqual(states(), ["start", "message", "stop"]);
	await type("stop");
	await type("start");
	await type("stop");
	await other.atLeast(5);
	t.deepEqual(states().slice(3), ["start", "stop"]);
});

test("a long, busy stream keeps its ids short and stores few baselines", async (t) => {
	const clock = { time: Date.now(), now: () => clock.time };
	const { door, jane, listen } = await setUp(t, { clock });
	const { path } = await door.channel(jane);
	const client = await listen(jane);
	for (let i = 0; i < 12; i++) {
		clock.time += 301_000;
		await post(door, path, jane, `m${i}`);
		await client.atLeast(i + 1);
	}
	const again = await listen(jane, "", { "last-event-id": client.lastId as string });
	const last = await post(door, path, jane, "last");
	await again.atLeast(1);
	t.deepEqual(idsOf(again), [last]);
	t.true((client.lastId as string).length < 60);
	t.true((await door.context.store.page(feedBaselines, { order: "asc", limit: 100 })).length <= 5);
});

test("a stream needs a token and an Accept header that allows event streams", async (t) => {
	const { door, jane } = await setUp(t);
	t.is((await door.ask("GET", "/api/events")).status, 401);
	t.is((await door.ask("GET", `/api/events?access_token=${jane.token}`)).status, 401);
	t.is(
		(await door.ask("GET", "/api/events", { token: jane.token, headers: { accept: "application/json" } })).status,
		406,
	);
	t.is((await door.ask("POST", "/api/events", { token: jane.token })).status, 405);
});

test("a client that disconnects or only requests the headers leaves no open stream and logs nothing", async (t) => {
	const warnings: unknown[] = [];
	const { door, jane, listen } = await setUp(t, {
		logger: { ...silentLogger, warn: (fields) => warnings.push(fields), error: (fields) => warnings.push(fields) },
	});
	const head = await door.ask("HEAD", "/api/events", { token: jane.token });
	t.deepEqual([head.status, head.headers.get("content-type"), head.text], [200, "text/event-stream", ""]);
	await until("the stream of the headers to end", () => door.events.size === 0);
	const clients = await Promise.all([listen(jane), listen(jane)]);
	t.is(door.events.size, 2);
	for (const client of clients) client.kill();
	await until("the streams to end", () => door.events.size === 0);
	t.deepEqual(warnings, []);
});
