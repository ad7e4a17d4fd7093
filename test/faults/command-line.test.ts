import test, { type ExecutionContext } from "ava";
import { until } from "../support/wait.ts";
import { aliceIn, janeIn } from "./people.ts";
import { openTown, type Town } from "./town.ts";
import { providerSide, roomSide } from "./views.ts";

let town: Town;
test.before(async () => {
	town = await openTown();
});
test.after.always(async () => town?.[Symbol.asyncDispose]());

/** How long the server took to notice what a command did. The contract is 2 s; what is asserted is that it notices. */
async function noticed(t: ExecutionContext, what: string, ask: Parameters<typeof until>[1]): Promise<void> {
	const since = performance.now();
	await until(what, ask);
	t.log(`${what}: ${Math.round(performance.now() - since)} ms after the command`);
}

test.serial("an account and its token made on the command line are there for the server that runs", async (t) => {
	const joe = await town.provider.person("joe");
	await noticed(t, "joe is let in", async () => (await joe.answer("GET", "/api/me")).status === 200);
	const { handle, timeline } = await joe.call("GET", "/api/me");
	t.is(handle, "joe");
	const messages = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
	t.is((await joe.answer("POST", messages, { type: "memo", content: { text: "hello" } })).status, 201);
	await t.throwsAsync(town.provider.cli("user", "add", "joe"), { code: 1 });
	await t.throwsAsync(town.provider.cli("user", "add"), { code: 2 });
});

test.serial(
	"a room linked on the command line hears the channel; unlinked, its ghosts leave and it hears nothing",
	async (t) => {
		const { provider, homeserver, alice, jane } = town;
		const group = await jane.call("POST", "/api/groups", { name: "Club" });
		const fields = { name: "talk", type: "text", tier: "public" };
		const { id } = await jane.call("POST", `/api/groups/${group.id}/channels`, fields);
		const room = homeserver.room(alice);
		const place = { messages: `/api/groups/${group.id}/channels/${id}/messages`, channel: id, actor: "", room };
		const links = async () =>
			(await jane.call("GET", `/api/groups/${group.id}/bridges`)).items as { room: string; state: string }[];

		t.regex(await provider.cli("matrix", "link", id, room.id), /^brg_/);
		await noticed(t, "the link is active", async () => (await links()).some(({ state }) => state === "active"));
		await janeIn(town, place).say("m1");
		await until("jane is heard in the room", () => roomSide(room.events).view.has("m1"));
		await aliceIn(town, place).say("m2");
		await until("alice is heard in the channel", async () => (await providerSide(jane, place.messages)).view.has("m2"));

		await provider.cli("matrix", "unlink", id);
		await noticed(t, "everybody of ours has left", () => room.members().every((user) => user === alice));
		await janeIn(town, place).say("m3");
		await aliceIn(town, place).say("m4");
		await until("everything is pushed", () => homeserver.pusher.idle);
		// The same room may be linked to something else now; what was said in between stays where it was said.
		await provider.cli("matrix", "link", id, room.id);
		await until("the link is active again", async () => (await links()).some(({ state }) => state === "active"));
		await janeIn(town, place).say("m5");
		await until("jane is heard again", () => roomSide(room.events).view.has("m5"));
		t.false(roomSide(room.events).view.has("m3"));
		t.false((await providerSide(jane, place.messages)).view.has("m4"));
	},
);

test.serial("commands and requests beside each other lose nothing", async (t) => {
	const { provider, timeline, jane } = town;
	const writer = janeIn(town, timeline);
	const names = Array.from({ length: 60 }, (_, i) => `m${i + 100}`);
	const writing = (async () => {
		for (const name of names) await writer.say(name);
	})();
	const made = await Promise.all(["ann", "ben", "cat"].map((handle) => provider.person(handle)));
	await writing;
	for (const person of made) t.is((await person.answer("GET", "/api/me")).status, 200);
	const { view, doubled } = await providerSide(jane, timeline.messages);
	for (const name of names) t.true(view.has(name));
	t.deepEqual(doubled, []);
	await until("the fediverse has everything", () =>
		names.every((name) => JSON.stringify(town.second.ledger).includes(`${name} v1`)),
	);
});
