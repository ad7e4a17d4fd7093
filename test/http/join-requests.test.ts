import test from "ava";
import { changeProfile } from "#core/groups/change-profile.ts";
import { groups } from "#core/groups/group.ts";
import { answerRequest, joinRequests, requestId } from "#core/groups/join-requests.ts";
import { openCore } from "../support/core.ts";
import { createFakeBridge } from "../support/fake-bridge.ts";
import { openDoor } from "./door.ts";

test("following a locked account requires approval, and requests stay pending when it is unlocked", async (t) => {
	const door = await openDoor();
	t.teardown(() => door.close());
	const [jane, bob, carla, dora] = await Promise.all(["jane", "bob", "carla", "dora"].map((name) => door.person(name)));
	if (!jane || !bob || !carla || !dora) throw new Error("a person is missing");
	const ask = async (who: typeof jane, method: string, at: string, body?: object) =>
		door.ask(method, at, { token: who.token, ...(body && { body }) });
	await ask(jane, "PATCH", "/api/me", { locked: true });
	for (const person of [bob, carla, dora])
		t.is((await ask(person, "POST", "/api/me/follows", { actor: "jane" })).body.state, "pending");
	const requests = `/api/groups/${jane.account.group}/requests`;
	t.is((await ask(bob, "GET", requests)).status, 403);
	t.is((await door.ask("GET", requests)).status, 401);
	const first = (await ask(jane, "GET", `${requests}?limit=2`)).body;
	t.deepEqual(
		first.items.map(({ user }: { user: string }) => user),
		[bob.address, carla.address],
	);
	const rest = (await ask(jane, "GET", `${requests}?limit=2&cursor=${first.page.nextCursor}`)).body;
	t.deepEqual([rest.items[0].user, rest.items.length, rest.page], [dora.address, 1, {}]);

	const [his, hers] = first.items as { id: string }[];
	t.is((await ask(bob, "POST", `${requests}/${his?.id}/approve`)).status, 403);
	t.like((await ask(jane, "POST", `${requests}/${his?.id}/approve`)).body, { user: bob.address, state: "joined" });
	t.is((await ask(jane, "POST", `${requests}/${his?.id}/approve`)).status, 200);
	t.like((await ask(jane, "POST", `${requests}/${hers?.id}/deny`)).body, { state: "denied" });
	t.is((await ask(jane, "POST", `${requests}/${hers?.id}/approve`)).status, 404, "answered already");
	for (const id of ["x", `${bob.account.timeline}.${bob.account.id}`, `${jane.account.timeline}.usr_x`])
		t.is((await ask(jane, "POST", `${requests}/${id}/approve`)).status, 404, id);
	t.is((await ask(bob, "GET", "/api/me/follows")).body.items[0].actor, jane.address);
	await ask(jane, "PATCH", "/api/me", { locked: false });
	t.is((await ask(jane, "GET", requests)).body.items.length, 1);
});

test("a remote follower gets an Accept of their own Follow when their request is approved", async (t) => {
	const chat = createFakeBridge("chat");
	const core = await openCore(t, [chat]);
	const jane = await core.person("jane");
	await changeProfile(core.context, jane, { locked: true });
	const alice = chat.person("alice");
	const target = { kind: "account", account: jane.id } as const;
	await core.incoming.receive(chat.name, [{ kind: "join", id: "follow-1", sender: alice, target, raw: { follow: 1 } }]);
	await core.settled();
	const group = (await core.context.store.get(groups, jane.group))?.doc;
	if (group === undefined) throw new Error("jane has no group");
	const [request] = await joinRequests(core.context, group, jane, { limit: 10 });
	if (request === undefined) throw new Error("there is no request");
	t.false(chat.delivered.some(({ kind }) => kind === "answer"));
	await answerRequest(core.context, group, jane, { id: requestId(request), accepted: true });
	await core.settled();
	const answers = chat.delivered.filter(({ kind }) => kind === "answer");
	t.is(answers.length, 1);
	t.like(answers[0], { accepted: true, request: { follow: 1 } });
});
