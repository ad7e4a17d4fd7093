import test, { type ExecutionContext } from "ava";
import { type DoorOptions, openDoor, type Person } from "../http/door.ts";
import { until } from "../support/wait.ts";
import { type EventClient, listenTo } from "./event-client.ts";

async function setUp(t: ExecutionContext, streams: DoorOptions["streams"]) {
	const door = await openDoor({ streams: streams ?? {} });
	t.teardown(() => door.close());
	const jane = await door.person("jane");
	const bob = await door.person("bob");
	const { path } = await door.channel(jane);
	async function listen(who: Person, headers = {}): Promise<EventClient> {
		const client = await listenTo(`${door.url}/api/events`, who.token, headers);
		t.teardown(() => client.kill());
		if (client.status === 200) await until("the first id", () => client.lastId);
		return client;
	}
	const refusal = ({ token }: Person) =>
		door.ask("GET", "/api/events", { token, headers: { accept: "text/event-stream" } });
	async function post(text: string): Promise<string> {
		const { status, body } = await door.ask("POST", `${path}/messages`, {
			token: jane.token,
			body: { type: "memo", content: { text } },
		});
		t.is(status, 201);
		return body.id;
	}
	return { door, jane, bob, listen, refusal, post };
}

const idsOf = (client: EventClient): readonly string[] => client.events.map(({ data }) => data.message.id);

test("an account has as many streams as its limit, and another one when one of them has closed", async (t) => {
	const { door, jane, bob, listen, refusal } = await setUp(t, { perAccount: 3 });
	const [first] = await Promise.all([listen(jane), listen(jane), listen(jane)]);
	const refused = await refusal(jane);
	t.is(refused.status, 429);
	t.is(refused.body.errorCode, "too_many_streams");
	t.is(refused.headers.get("retry-after"), "30");
	t.is((await listen(bob)).status, 200);
	first?.kill();
	await until("the stream to close", () => door.events.size === 3);
	t.is((await listen(jane)).status, 200);
});

test("streams that are opened at the same time, or can't be opened, are counted rightly", async (t) => {
	const { door, jane, listen } = await setUp(t, { perAccount: 3 });
	for (let i = 0; i < 5; i++)
		t.is((await door.ask("GET", "/api/events?channels=chn_unknown", { token: jane.token })).status, 404);
	const opened = await Promise.all(Array.from({ length: 10 }, () => listen(jane)));
	t.deepEqual(opened.map(({ status }) => status).sort(), [200, 200, 200, 429, 429, 429, 429, 429, 429, 429]);
});

test("beyond the limit of all streams, another one is answered with 503 until one closes", async (t) => {
	const { door, jane, bob, listen, refusal } = await setUp(t, { inAll: 2 });
	const [first] = [await listen(jane), await listen(jane)];
	const refused = await refusal(bob);
	t.is(refused.status, 503);
	t.is(refused.headers.get("retry-after"), "30");
	first.kill();
	await until("the stream to close", () => door.events.size === 1);
	t.is((await listen(bob)).status, 200);
});

test("of the readers that don't read, the largest are cut when all wait for too much; the others go on, and the cut ones can resume", async (t) => {
	const { door, jane, listen, post } = await setUp(t, { maxBufferedInAll: 1_000_000 });
	const reading = await listen(jane);
	const stalled = await Promise.all(Array.from({ length: 6 }, () => listen(jane)));
	for (const client of stalled) client.pause();
	const sent: string[] = [];
	// Until the sockets' own buffers are full, too.
	for (let i = 0; i < 600 && door.events.size > 1; i++) sent.push(await post("x".repeat(60_000)));
	t.is(door.events.size, 1, "the streams that are not read were not all closed");
	await reading.atLeast(sent.length);
	t.deepEqual(idsOf(reading), sent);
	t.false(reading.ended);
	const [first] = stalled as [EventClient];
	first.resume();
	await until("the cut stream to end", () => first.ended);
	const got = idsOf(first);
	const again = await listen(jane, { "last-event-id": first.lastId as string });
	await again.atLeast(sent.length - got.length);
	t.deepEqual([...got, ...idsOf(again)], sent);
});
