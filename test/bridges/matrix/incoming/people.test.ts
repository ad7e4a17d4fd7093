import test from "ava";
import { until } from "../../../support/wait.ts";
import { event, openScene, textEvent } from "../matrix-scene.ts";

const alice = { origin: { bridge: "matrix" as never, id: "@alice:hs.test" } };

test("who was met before a restart keeps their name, and no question is asked", async (t) => {
	const { host, homeserver, push, said } = openScene();
	host.person("_matrix_alice_hs.test", { profile: { displayName: "Alice Liddell" }, ...alice });
	await push([textEvent("hello")]);
	t.is(said().at(-1)?.sender.profile.displayName, "Alice Liddell");
	t.is(homeserver.asked.length, 0);
});

test("who was known by their id alone is asked about afterwards", async (t) => {
	const { host, homeserver, push, said } = openScene();
	host.person("_matrix_alice_hs.test", { profile: { displayName: "alice" }, ...alice });
	homeserver.script = () => ({ membership: "join", displayname: "Alice Liddell" });
	await push([textEvent("hello")]);
	await until("the name is known", () => said().at(-1)?.kind === "profile");
	t.is(said().at(-1)?.sender.profile.displayName, "Alice Liddell");
});

test("a user who is removed from a room by another user keeps their name", async (t) => {
	const { host, push, said } = openScene();
	host.person("_matrix_alice_hs.test", { profile: { displayName: "Alice Liddell" }, ...alice });
	await push([
		event("m.room.member", { membership: "leave" }, { sender: "@mod:hs.test", state_key: "@alice:hs.test" }),
	]);
	t.like(said().at(-1), { kind: "leave", sender: { id: "@alice:hs.test", profile: { displayName: "Alice Liddell" } } });
});

test("mentions of ghosts become mentions of the people whom they stand for; other mentions are ignored", async (t) => {
	const { host, push, said } = openScene();
	const bob = host.person("bob", { domain: "remote.example" });
	host.person("gone", { deletedAt: 1 });
	const ghosts = ["bob=40remote.example", "bob=40remote.example", "gone=40here.example", "nobody=40here.example"];
	const users = [...ghosts.map((name) => `@_ofscp_${name}:hs.test`), "@alice:hs.test", 7, null];
	const naming = (user_ids: unknown) =>
		textEvent("hi", { content: { msgtype: "m.text", body: "hi", "m.mentions": { user_ids } } });
	await push([naming(users)]);
	t.deepEqual((said().at(-1) as { mentions?: unknown }).mentions, [bob.id]);
	await push([naming("@_ofscp_bob=40remote.example:hs.test")]);
	t.false("mentions" in (said().at(-1) ?? {}));
});

test("when every event fails, the transaction is refused a few times before the events are put aside", async (t) => {
	const { host, push, said } = openScene();
	const { receive } = host;
	let broken = true;
	Object.assign(host, {
		receive: async (events: Parameters<typeof receive>[0]) => {
			if (broken) throw new TypeError("a bug");
			return receive(events);
		},
	});
	const events = [textEvent("one"), textEvent("two")];
	t.is((await push(events)).status, 503);
	t.deepEqual(await host.state.list("poison:", { limit: 10 }), []);
	broken = false;
	t.is((await push(events)).status, 200);
	t.is(said().length, 2);
	broken = true;
	const poison = [textEvent("three")];
	const statuses: number[] = [];
	for (let i = 0; i < 5; i++) statuses.push((await push(poison)).status);
	t.deepEqual(statuses, [503, 503, 503, 503, 200]);
	t.is((await host.state.list("poison:", { limit: 10 })).length, 1);
});
