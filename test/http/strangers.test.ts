import test from "ava";
import { addressById } from "#core/accounts/find-account.ts";
import { Unavailable } from "#core/errors.ts";
import type { MessageId } from "#core/ids.ts";
import { messages } from "#core/messages/message.ts";
import { createFakeBridge } from "../support/fake-bridge.ts";
import { openDoor } from "./door.ts";

test("a person whose server is down can't be followed now (503), one who does not exist not at all (404)", async (t) => {
	const fedi = createFakeBridge("fedi");
	const person = async (reference: string) => {
		if (reference.includes("down.test")) throw new Unavailable("The person's server can't be reached now", 30);
		return undefined;
	};
	const door = await openDoor({ bridges: [{ ...fedi, resolvers: { ...fedi.resolvers, person } }] });
	t.teardown(() => door.close());
	const { token } = await door.person("jane");
	for (const actor of ["bob@down.test", "@bob@down.test", "https://down.test/u/bob"]) {
		const answer = await door.ask("POST", "/api/me/follows", { token, body: { actor } });
		t.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "30"], actor);
	}
	for (const actor of ["bob@up.test", "https://up.test/u/bob"])
		t.is((await door.ask("POST", "/api/me/follows", { token, body: { actor } })).status, 404, actor);
});

test("a stranger who is mentioned in a new or edited memo is among its mentions", async (t) => {
	const fedi = createFakeBridge("fedi");
	const door = await openDoor({ bridges: [fedi] });
	t.teardown(() => door.close());
	const jane = await door.person("jane");
	fedi.person("bob", "far.test");
	fedi.person("eve", "far.test");
	const { timeline } = (await door.ask("GET", "/api/me", { token: jane.token })).body;
	const path = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
	const body = { type: "memo", content: { text: "Hello @bob@far.test" } };
	const posted = await door.ask("POST", path, { token: jane.token, body });
	t.is(posted.status, 201, posted.text);
	const mentioned = async (id: MessageId) => {
		const { mentions = [] } = (await door.context.store.get(messages, id))?.doc ?? {};
		return Promise.all(mentions.map((account) => addressById(door.context, account)));
	};
	t.deepEqual(await mentioned(posted.body.id), ["bob@far.test"]);
	const edited = await door.ask("PATCH", `${path}/${posted.body.id}`, {
		token: jane.token,
		body: { content: { text: "Hello @eve@far.test" } },
	});
	t.is(edited.status, 200);
	t.deepEqual(await mentioned(posted.body.id), ["eve@far.test"]);
});
