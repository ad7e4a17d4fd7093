import test, { type ExecutionContext } from "ava";
import { until } from "../support/wait.ts";
import { type Federation, openFederation, type Place } from "./federation.ts";
import { aliceIn, janeIn } from "./people.ts";
import { providerSide, roomSide } from "./views.ts";

async function open(t: ExecutionContext): Promise<Federation> {
	const federation = await openFederation();
	t.teardown(() => federation[Symbol.asyncDispose]());
	return federation;
}

const inRoom =
	({ room }: Place, name: string) =>
	() =>
		roomSide(room.events).view.has(name);
const isSend = (method: string, path: string) => method === "PUT" && path.includes("/send/m.room.message/");

/** Asserts that the room has exactly these messages of jane's, in this order. */
function hasOnce(t: ExecutionContext, { room }: Place, names: readonly string[]): void {
	const { order, duplicates } = roomSide(room.events);
	t.deepEqual(duplicates, []);
	t.deepEqual(order, names);
}

test("a message whose response was lost is in the room once, even if the homeserver restarted in between", async (t) => {
	const federation = await open(t);
	const { homeserver, timeline } = federation;
	const jane = janeIn(federation, timeline);
	let lost = 0;
	homeserver.fault = (method, path) => (isSend(method, path) && lost++ === 0 ? "lose" : undefined);
	await jane.post("m1");
	await until("its response was lost", () => lost > 0);
	await jane.post("m2");
	await until("both are in the room", inRoom(timeline, "m2"));
	hasOnce(t, timeline, ["m1", "m2"]);

	lost = 0;
	await jane.post("m3");
	await until("its response was lost", () => lost > 0);
	homeserver.restart();
	await jane.post("m4");
	await until("all are in the room", inRoom(timeline, "m4"));
	hasOnce(t, timeline, ["m1", "m2", "m3", "m4"]);
});

test("a message is sent once, even if the provider is killed before it receives the response", async (t) => {
	const federation = await open(t);
	const { homeserver, timeline, provider } = federation;
	const jane = janeIn(federation, timeline);
	let sends = 0;
	homeserver.fault = (method, path) => (isSend(method, path) && sends++ === 0 ? "lose" : undefined);
	await jane.post("m1");
	await until("it was sent", () => sends > 0);
	await provider.kill9();
	await provider.restart();
	await jane.post("m2");
	await until("both are in the room", inRoom(timeline, "m2"));
	hasOnce(t, timeline, ["m1", "m2"]);
});

test("a homeserver that was down, overloaded or failing receives every message in order once it works again", async (t) => {
	const federation = await open(t);
	const { homeserver, timeline, second } = federation;
	const jane = janeIn(federation, timeline);
	await homeserver.close();
	for (const name of ["m1", "m2"]) await jane.post(name);
	await until(
		"the fediverse has received both without delay",
		() => second.ledger.filter(({ type }) => type === "Create").length === 2,
	);
	let refused = 0;
	homeserver.fault = () =>
		refused++ === 0
			? { status: 429, errcode: "M_LIMIT_EXCEEDED", retryAfterMs: 1_000 }
			: refused === 2
				? { status: 502, errcode: "M_UNKNOWN" }
				: undefined;
	await homeserver.open();
	await jane.post("m3");
	await until("everything is in the room", inRoom(timeline, "m3"));
	hasOnce(t, timeline, ["m1", "m2", "m3"]);
});

test("events that a crashed homeserver never pushed are fetched from the room history, in every room and in order", async (t) => {
	const federation = await open(t);
	const { homeserver, timeline, channel, jane } = federation;
	const [here, there] = [aliceIn(federation, channel), aliceIn(federation, timeline)];
	const memo = await janeIn(federation, timeline).post("m1");
	await until("the memo is in the room", inRoom(timeline, "m1"));
	const copy = timeline.room.events.find(({ content }) => String(content["body"]).startsWith("m1"))?.event_id ?? "";
	await here.post("m2");
	await until("everything is pushed", () => homeserver.pusher.idle);
	await until("it is here", async () => (await providerSide(jane, channel.messages)).view.has("m2"));

	homeserver.pusher.pause();
	for (const name of ["m3", "m4", "m5"]) await here.post(name);
	const reply = { msgtype: "m.text", body: "m6 v1", "m.relates_to": { "m.in_reply_to": { event_id: copy } } };
	timeline.room.send(federation.alice, "m.room.message", reply);
	await there.react(copy, "🎉");
	homeserver.restart(5);
	homeserver.pusher.resume();
	// The next event is pushed; those before it are only in the rooms' history.
	await here.post("m7");
	await until("everything is here", async () => (await providerSide(jane, channel.messages)).view.size === 5);
	await until("the reply and the reaction are here", async () => {
		const { items } = await jane.call("GET", timeline.messages);
		const root = items.find(({ id }: { id: string }) => id === memo);
		return items.length === 2 && root.reactions.length === 1;
	});
	const { order, duplicates } = await providerSide(jane, channel.messages);
	t.deepEqual(duplicates, []);
	t.deepEqual(order.slice(0, 4), ["m2", "m3", "m4", "m5"]);
});

test("messages sent while the provider was down and never pushed by the homeserver are fetched at the start", async (t) => {
	const federation = await open(t);
	const { homeserver, channel, provider, jane } = federation;
	const alice = aliceIn(federation, channel);
	await alice.post("m1");
	await until("it is here", async () => (await providerSide(jane, channel.messages)).view.has("m1"));
	await until("everything is pushed", () => homeserver.pusher.idle);
	await provider.kill9();
	homeserver.pusher.pause();
	for (const name of ["m2", "m3", "m4"]) await alice.post(name);
	homeserver.restart(3);
	homeserver.pusher.resume();
	await alice.post("m5");
	await provider.restart();
	await until("everything is here", async () => (await providerSide(jane, channel.messages)).view.size === 5);
	t.deepEqual((await providerSide(jane, channel.messages)).duplicates, []);
});
