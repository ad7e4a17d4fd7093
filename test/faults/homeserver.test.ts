import test, { type ExecutionContext } from "ava";
import { until } from "../support/wait.ts";
import { aliceIn, janeIn } from "./people.ts";
import { openTown, type Place, type Town } from "./town.ts";
import { providerSide, roomSide } from "./views.ts";

async function open(t: ExecutionContext): Promise<Town> {
	const town = await openTown();
	t.teardown(() => town[Symbol.asyncDispose]());
	return town;
}

const inRoom =
	({ room }: Place, name: string) =>
	() =>
		roomSide(room.events).view.has(name);
const isSend = (method: string, path: string) => method === "PUT" && path.includes("/send/m.room.message/");

/** The room has exactly these messages of jane's, in this order. */
function hasOnce(t: ExecutionContext, { room }: Place, names: readonly string[]): void {
	const { order, doubled } = roomSide(room.events);
	t.deepEqual(doubled, []);
	t.deepEqual(order, names);
}

test("a homeserver that took a message and lost its answer has it once, even if it was started anew in between", async (t) => {
	const town = await open(t);
	const { homeserver, timeline } = town;
	const jane = janeIn(town, timeline);
	let lost = 0;
	homeserver.fault = (method, path) => (isSend(method, path) && lost++ === 0 ? "lose" : undefined);
	await jane.say("m1");
	await until("its answer was lost", () => lost > 0);
	await jane.say("m2");
	await until("both are in the room", inRoom(timeline, "m2"));
	hasOnce(t, timeline, ["m1", "m2"]);

	lost = 0;
	await jane.say("m3");
	await until("its answer was lost", () => lost > 0);
	homeserver.restart();
	await jane.say("m4");
	await until("all are in the room", inRoom(timeline, "m4"));
	hasOnce(t, timeline, ["m1", "m2", "m3", "m4"]);
});

test("a provider that is killed before it hears the answer has said it once", async (t) => {
	const town = await open(t);
	const { homeserver, timeline, provider } = town;
	const jane = janeIn(town, timeline);
	let heard = 0;
	homeserver.fault = (method, path) => (isSend(method, path) && heard++ === 0 ? "lose" : undefined);
	await jane.say("m1");
	await until("it was sent", () => heard > 0);
	await provider.kill9();
	await provider.restart();
	await jane.say("m2");
	await until("both are in the room", inRoom(timeline, "m2"));
	hasOnce(t, timeline, ["m1", "m2"]);
});

test("a homeserver that is down, overloaded or broken gets everything in order when it is well again", async (t) => {
	const town = await open(t);
	const { homeserver, timeline, second } = town;
	const jane = janeIn(town, timeline);
	await homeserver.close();
	for (const name of ["m1", "m2"]) await jane.say(name);
	await until(
		"the fediverse has waited for nothing",
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
	await jane.say("m3");
	await until("everything is in the room", inRoom(timeline, "m3"));
	hasOnce(t, timeline, ["m1", "m2", "m3"]);
});

test("what a homeserver forgot to push when it was killed is read back, in every room, in order", async (t) => {
	const town = await open(t);
	const { homeserver, timeline, channel, jane } = town;
	const [here, there] = [aliceIn(town, channel), aliceIn(town, timeline)];
	const memo = await janeIn(town, timeline).say("m1");
	await until("the memo is in the room", inRoom(timeline, "m1"));
	const copy = timeline.room.events.find(({ type }) => type === "m.room.message")?.event_id ?? "";
	await here.say("m2");
	await until("everything is pushed", () => homeserver.pusher.idle);
	await until("it is here", async () => (await providerSide(jane, channel.messages)).view.has("m2"));

	homeserver.pusher.pause();
	for (const name of ["m3", "m4", "m5"]) await here.say(name);
	const reply = { msgtype: "m.text", body: "m6 v1", "m.relates_to": { "m.in_reply_to": { event_id: copy } } };
	timeline.room.send(town.alice, "m.room.message", reply);
	await there.react(copy, "🎉");
	homeserver.restart(5);
	homeserver.pusher.resume();
	// The first that is pushed is what comes next; what lies between is in the rooms' history alone.
	await here.say("m7");
	await until("everything is here", async () => (await providerSide(jane, channel.messages)).view.size === 5);
	await until("the reply and the reaction are here", async () => {
		const { items } = await jane.call("GET", timeline.messages);
		const root = items.find(({ id }: { id: string }) => id === memo);
		return items.length === 2 && root.reactions.length === 1;
	});
	const { order, doubled } = await providerSide(jane, channel.messages);
	t.deepEqual(doubled, []);
	t.deepEqual(order.slice(0, 4), ["m2", "m3", "m4", "m5"]);
});

test("what was said while the provider was away and forgotten by its homeserver is read back at the start", async (t) => {
	const town = await open(t);
	const { homeserver, channel, provider, jane } = town;
	const alice = aliceIn(town, channel);
	await alice.say("m1");
	await until("it is here", async () => (await providerSide(jane, channel.messages)).view.has("m1"));
	await until("everything is pushed", () => homeserver.pusher.idle);
	await provider.kill9();
	homeserver.pusher.pause();
	for (const name of ["m2", "m3", "m4"]) await alice.say(name);
	homeserver.restart(3);
	homeserver.pusher.resume();
	await alice.say("m5");
	await provider.restart();
	await until("everything is here", async () => (await providerSide(jane, channel.messages)).view.size === 5);
	t.deepEqual((await providerSide(jane, channel.messages)).doubled, []);
});
