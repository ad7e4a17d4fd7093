import test, { type ExecutionContext } from "ava";
import { until } from "../support/wait.ts";
import { type Federation, openFederation } from "./federation.ts";
import { aliceIn, janeIn } from "./people.ts";
import { providerSide, roomSide } from "./views.ts";

let federation: Federation;
test.before(async () => {
	federation = await openFederation();
});
test.after.always(async () => federation?.[Symbol.asyncDispose]());

/** Waits until the server sees the effect of a command, and logs how long it took. The contract is 2 s. */
async function takesEffect(t: ExecutionContext, what: string, ask: Parameters<typeof until>[1]): Promise<void> {
	const since = performance.now();
	await until(what, ask);
	t.log(`${what}: ${Math.round(performance.now() - since)} ms after the command`);
}

test.serial("an account and its token created on the command line work on the running server", async (t) => {
	const joe = await federation.provider.person("joe");
	await takesEffect(t, "joe is authenticated", async () => (await joe.answer("GET", "/api/me")).status === 200);
	const { handle, timeline } = await joe.call("GET", "/api/me");
	t.is(handle, "joe");
	const messages = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
	t.is((await joe.answer("POST", messages, { type: "memo", content: { text: "hello" } })).status, 201);
	await t.throwsAsync(federation.provider.cli("user", "add", "joe"), { code: 1 });
	await t.throwsAsync(federation.provider.cli("user", "add"), { code: 2 });
});

test.serial(
	"a room linked on the command line receives the channel's messages; after unlinking, its ghosts leave and it receives none",
	async (t) => {
		const { provider, homeserver, alice, jane } = federation;
		const group = await jane.call("POST", "/api/groups", { name: "Club" });
		const fields = { name: "talk", type: "text", tier: "public" };
		const { id } = await jane.call("POST", `/api/groups/${group.id}/channels`, fields);
		const room = homeserver.room(alice);
		const place = { messages: `/api/groups/${group.id}/channels/${id}/messages`, channel: id, actor: "", room };
		const links = async () =>
			(await jane.call("GET", `/api/groups/${group.id}/bridges`)).items as { room: string; state: string }[];

		t.regex(await provider.cli("matrix", "link", id, room.id), /^brg_/);
		await takesEffect(t, "the link is active", async () => (await links()).some(({ state }) => state === "active"));
		await janeIn(federation, place).post("m1");
		await until("jane's message is in the room", () => roomSide(room.events).view.has("m1"));
		await aliceIn(federation, place).post("m2");
		await until("alice's message is in the channel", async () =>
			(await providerSide(jane, place.messages)).view.has("m2"),
		);

		await provider.cli("matrix", "unlink", id);
		await takesEffect(t, "the bot and the ghosts have left", () => room.members().every((user) => user === alice));
		await janeIn(federation, place).post("m3");
		await aliceIn(federation, place).post("m4");
		await until("everything is pushed", () => homeserver.pusher.idle);
		// The room can be linked again; messages sent while it was not linked are not bridged.
		await provider.cli("matrix", "link", id, room.id);
		await until("the link is active again", async () => (await links()).some(({ state }) => state === "active"));
		await janeIn(federation, place).post("m5");
		await until("jane's next message is in the room", () => roomSide(room.events).view.has("m5"));
		t.false(roomSide(room.events).view.has("m3"));
		t.false((await providerSide(jane, place.messages)).view.has("m4"));
	},
);

test.serial("concurrent commands and requests lose nothing", async (t) => {
	const { provider, timeline, jane } = federation;
	const writer = janeIn(federation, timeline);
	const names = Array.from({ length: 60 }, (_, i) => `m${i + 100}`);
	const writing = (async () => {
		for (const name of names) await writer.post(name);
	})();
	const made = await Promise.all(["ann", "ben", "cat"].map((handle) => provider.person(handle)));
	await writing;
	for (const person of made) t.is((await person.answer("GET", "/api/me")).status, 200);
	const { view, duplicates } = await providerSide(jane, timeline.messages);
	for (const name of names) t.true(view.has(name));
	t.deepEqual(duplicates, []);
	await until("the fediverse has everything", () =>
		names.every((name) => JSON.stringify(federation.second.ledger).includes(`${name} v1`)),
	);
});
